import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { cloudSiteOf, names, ports, primarySite, standbySites } from "../../plan/index.js";
import { type CustomerOptions, customer as customerProgram } from "../customer/index.js";
import { WorldError } from "../errors.js";
import type { Images } from "../images/index.js";
import { customer } from "../world/index.js";
import { waitForBackup } from "./backup-job.js";
import { waitForDns, waitForName } from "./dns-answers.js";
import { kubectl } from "./kubectl.js";
import type { GoodDay, SiteView, Stage } from "./model.js";
import { createStack, deploy, outputsOf, siteOutputs } from "./stacks.js";
import { until } from "./until.js";

/** Rows that the customer's database holds before anything happens. */
export const loadedRows = 1_000_000;

/** What is deployed and who writes. */
export interface GoodDayOptions {
  readonly images: Images;
  /** Decides every row. */
  readonly seed: string;
  /** Lanes that are written in all. */
  readonly lanes: number;
  /** The one that the customer writes who uses the DNS name. @default all */
  readonly lane?: number;
}

/**
 * Deploys both sides and DNS, loads a million rows, lets a customer write through the DNS name, and waits for
 * a backup of it that a CronJob made. Starts no backup itself and switches no WAL.
 */
export async function goodDay(stage: Stage, options: GoodDayOptions): Promise<GoodDay> {
  const { plan, timeline, dataset, signal } = stage;
  const [standby = ""] = standbySites(plan);
  const primary = primarySite(plan);
  const [backup, other, dns] = [
    names.stackName(plan, "backup"),
    names.stackName(plan, "standby", standby),
    names.stackName(plan, "dns"),
  ] as const;
  const common = {
    plan: stage.workspace.planFile,
    runnerImage: options.images.runner.reference,
    serviceImages: JSON.stringify(
      Object.fromEntries(Object.keys(plan.services).map((name) => [name, options.images.app.reference])),
    ),
  };
  const standbyUp = timeline.phase("Standby deployed", async (say) => {
    await createStack(stage, {
      name: other,
      config: { ...common, role: "standby", site: standby, mode: "pilot-light" },
    });
    await deploy(stage, other, say);
  });
  // Awaited later; until then its failure is nobody's surprise.
  standbyUp.catch(() => undefined);
  await timeline.phase("Primary deployed", async (say) => {
    await createStack(stage, { name: backup, config: { ...common, role: "backup" } });
    await deploy(stage, backup, say);
  });
  const population = { seed: options.seed, rows: loadedRows, lanes: options.lanes };
  const here = await viewOf(stage, primary, backup);
  const [loadedAt, there] = await Promise.all([
    timeline.phase("Load", async (say) => {
      say(`${loadedRows} rows`);
      await load(here, population, signal);
      return Date.now();
    }),
    standbyUp.then(async () => {
      const view = await viewOf(stage, standby, other);
      await timeline.phase("DNS deployed", async (say) => {
        await createStack(stage, { name: dns, config: { ...common, role: "dns" } });
        await deploy(stage, dns, say);
        await waitForName(stage, plan.dns?.name ?? "");
      });
      return view;
    }),
  ]);
  const ledger = join(stage.workspace.folder, "ledger.jsonl");
  const stopCustomer = await timeline.phase("Customer writes", () =>
    startCustomer(stage, {
      name: "customer",
      url: `http://${plan.dns?.name}`,
      ledger,
      ...population,
      ...(options.lane === undefined ? {} : { lane: options.lane }),
      rate: 20,
    }),
  );
  const day: GoodDay = {
    ...stage,
    primary: here,
    standby: there,
    population,
    ledger,
    ledgers: [ledger],
    stopCustomer,
  };
  await Promise.all([
    timeline.phase("DNS answers the primary", () => waitForDns(day)),
    timeline.phase("Backup by CronJob", (say) => waitForBackup(day, loadedAt, say)),
  ]);
  await standbyIsEmpty(stage, there, dataset);
  return day;
}

/** Starts a customer; returns how it is stopped. It ends with the rehearsal in any case. */
async function startCustomer(
  { world, signal }: Stage,
  options: CustomerOptions,
): Promise<() => Promise<void>> {
  const program = customerProgram(options);
  const { process: running } = await customer(world.spec.name, program.argv, {
    env: program.env ?? {},
    stdin: "ignore",
    reject: false,
    cancelSignal: signal,
  });
  let ended: string | undefined;
  void running.then(({ stderr }) => {
    ended = String(stderr ?? "").trim() || "no word";
  });
  await until(async () => (ended !== undefined || (await program.ready?.()) ? true : undefined), {
    what: `${options.name} to write`,
    within: 60,
    signal,
    why: () => lastLine(options.ledger),
  });
  if (ended !== undefined) throw new WorldError(`${options.name} ended at its start: ${ended}`);
  return async () => {
    running.kill("SIGTERM");
    await running;
  };
}

/** What came of a customer's last write; undefined while it made none. */
function lastLine(ledger: string): string | undefined {
  return existsSync(ledger) ? readFileSync(ledger, "utf8").trim().split("\n").at(-1) : undefined;
}

/** Loads through the service itself. @throws WorldError when the load never ran */
async function load(
  site: SiteView,
  population: { seed: string; rows: number },
  signal: AbortSignal,
): Promise<void> {
  const { seed, rows } = population;
  await until(
    async () => ((await answers(`http://${site.health}:${ports.keeper}/site`)) ? true : undefined),
    {
      what: "the primary to be healthy and to hold the lease",
      within: 120,
      signal,
    },
  );
  const response = await fetch(`http://${site.service}/load?rows=${rows}&seed=${encodeURIComponent(seed)}`, {
    method: "POST",
    signal: AbortSignal.any([signal, AbortSignal.timeout(180_000)]),
  });
  const said = await response.text();
  if (response.status !== 200) throw new WorldError(`the load never ran: HTTP ${response.status}: ${said}`);
}

async function answers(url: string): Promise<boolean> {
  return fetch(url, { signal: AbortSignal.timeout(2000) }).then(
    ({ status }) => status === 200,
    () => false,
  );
}

async function viewOf(stage: Stage, site: string, stack: string): Promise<SiteView> {
  const { endpoint } = await outputsOf(stage, stack, siteOutputs);
  return { site, region: cloudSiteOf(stage.plan, site).region, ...endpoint };
}

/** The standby holds no database and no volume: what it serves later came over the network. */
async function standbyIsEmpty({ world, plan }: Stage, { region }: SiteView, dataset: string): Promise<void> {
  const found = await kubectl(
    world,
    region,
    "get",
    "statefulsets,pods,persistentvolumeclaims,persistentvolumes",
    "--namespace",
    names.namespace(plan),
    "--output",
    "name",
  );
  const unexpected = found.split("\n").filter((each) => each && !each.includes(`pod/${dataset}-secrets-`));
  if (unexpected.length > 0)
    throw new WorldError(`before the fault the standby already holds ${unexpected.join(", ")}`);
}
