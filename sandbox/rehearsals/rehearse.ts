import { names, type Plan, postgresDatasets, primarySite, seconds, siteOf } from "../../plan/index.js";
import { loadPlan } from "../../plans/load.js";
import type { WorldSpec } from "../address.js";
import { readLedger } from "../customer/index.js";
import { SandboxInputError } from "../errors.js";
import { buildImages, type Images } from "../images/index.js";
import type { Progress } from "../progress.js";
import { ensureTools } from "../toolchain/index.js";
import { defaultWorld, down, up, worldCa } from "../world/index.js";
import { type Recorded, recordedSince } from "./forbidden.js";
import { goodDay } from "./good-day.js";
import type { GoodDay, ScenarioName, Stage } from "./model.js";
import { loseRegion } from "./region-loss.js";
import { type Evidence, type Report, writeReport } from "./report.js";
import { page } from "./report-page.js";
import { type TakeOver, takeOver } from "./take-over.js";
import { Timeline } from "./timeline.js";
import { makeWorkspace } from "./workspace.js";

/** What is rehearsed. */
export interface RehearseOptions {
  /** Path of a plan. */
  readonly plan: string;
  readonly scenario: ScenarioName;
  /** Decides the moment of the fault and every row. */
  readonly seed: number;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Leaves the world up for a look around. @default false */
  readonly keep?: boolean;
  /** @default the default world */
  readonly world?: WorldSpec;
}

/** What a rehearsal came to. */
export interface Rehearsed extends Evidence {
  /** Folder with the report. */
  readonly folder: string;
}

/** How a physical backup is brought forward: it comes every two minutes. */
const soon = "*/2 * * * *";

/**
 * Rehearses a scenario from nothing to a report: brings up a world, deploys the plan, loads, writes, breaks,
 * takes over, measures. The world is taken down again whatever happens.
 *
 * @throws SandboxInputError for a plan that this world cannot hold
 * @throws WorldError when the world failed, the fault was not injected or the load never ran
 */
export async function rehearse(options: RehearseOptions): Promise<Rehearsed> {
  const { progress, signal, seed, keep = false, world: spec = defaultWorld } = options;
  const plan = broughtForward(await loadPlan(options.plan));
  const dataset = checked(plan, spec);
  const timeline = new Timeline(progress);
  let mine = false;
  try {
    let images: Images | undefined;
    const world = await timeline.phase("World", () =>
      up(spec, {
        images: async () => {
          // Only a world that may start asks for images: from here on it is ours to take down.
          mine = true;
          images = await timeline.phase("Images", () => builtImages(progress));
          return [images.pause, images.runner.tar, images.app.tar];
        },
        progress,
        signal,
      }),
    );
    if (!images) throw new SandboxInputError("the world started without images");
    const stage: Stage = {
      world,
      plan,
      dataset,
      workspace: await makeWorkspace(world, plan),
      timeline,
      signal,
    };
    const day = await goodDay(stage, { images, seed: `seed-${seed}` });
    const fault = await loseRegion(day, seed);
    const taken = await takeOver(day, fault);
    await day.stopCustomer();
    const recorded = await recordedSince(world, day.primary.region, fault.begun.wall);
    const evidence = judge(day, options, taken, recorded);
    const folder = await writeReport(evidence, page(evidence), [day.ledger]);
    return { ...evidence, folder };
  } finally {
    if (mine && !keep) await down(spec, progress);
  }
}

function judge(
  day: GoodDay,
  { scenario, seed }: RehearseOptions,
  taken: TakeOver,
  recorded: Recorded,
): Evidence {
  const { plan, timeline } = day;
  const { restored, recoverySeconds, failure, said, keeper } = taken;
  const objectives = {
    rtoSeconds: plan.objectives.rto.region === undefined ? null : seconds(plan.objectives.rto.region),
    rpoSeconds: seconds(plan.objectives.rpo),
  };
  const rto = recoverySeconds ?? null;
  const rpo = restored?.loss.seconds ?? null;
  const reasons = [
    ...(failure ? [failure] : []),
    ...(rto === null ? ["the customer never wrote again"] : []),
    ...(rto !== null && objectives.rtoSeconds !== null && rto > objectives.rtoSeconds
      ? [`RTO ${rto} s is beyond ${objectives.rtoSeconds} s`]
      : []),
    ...(rpo !== null && rpo > objectives.rpoSeconds
      ? [`RPO ${rpo} s is beyond ${objectives.rpoSeconds} s`]
      : []),
    ...(restored ? wrong(restored) : ["no content was verified"]),
    ...recorded.offences,
  ];
  const { attempts } = readLedger(day.ledger);
  const report: Report = {
    plan: plan.name,
    scenario,
    seed,
    objectives,
    measured: {
      rtoSeconds: rto,
      rpoSeconds: rpo,
      rowsCommitted: attempts.reduce(
        (sum, { outcome, affected }) => sum + (outcome === "committed" ? (affected ?? 0) : 0),
        0,
      ),
      rowsLost: restored?.loss.rows ?? null,
    },
    floorSeconds: floorOf(plan),
    phases: timeline.phases,
    verification: { tables: restored?.tables ?? [] },
    verdict: reasons.length === 0 ? "met" : "missed",
  };
  return {
    report,
    reasons,
    details: { recorded, failover: said, keeper, survey: restored && counts(restored) },
  };
}

function wrong({ tables, survey }: NonNullable<TakeOver["restored"]>): string[] {
  const counted = [
    ["operations are missing in the middle", survey.holes],
    ["operations are there although the customer was told they failed", survey.phantoms],
    ["operations are there that nobody sent", survey.strangers],
  ] as const;
  return [
    ...tables
      .filter(({ matches }) => !matches)
      .map(({ name }) => `table "${name}" differs from what the ledger says`),
    ...counted.flatMap(([what, found]) => (found.length > 0 ? [`${found.length} ${what}`] : [])),
  ];
}

function counts({ survey, loss }: NonNullable<TakeOver["restored"]>) {
  const { applied, lost, unknownKept, phantoms, strangers, holes } = survey;
  return {
    loss,
    applied: applied.length,
    lost: lost.length,
    unknownKept: unknownKept.length,
    phantoms: phantoms.length,
    strangers: strangers.length,
    holes: holes.length,
  };
}

/** Lease wait, the check turning healthy, and answers that have to expire: seconds. */
export function floorOf({ lease, dns }: Plan): number {
  const wait = lease ? seconds(lease.ttl) + seconds(lease.skew) : 0;
  return wait + (dns ? seconds(dns.check.every) * dns.check.failures + seconds(dns.ttl) : 0);
}

/** The plan with its backups due within minutes; nothing else differs. */
function broughtForward(plan: Plan): Plan {
  const datasets = Object.entries(plan.datasets).map(([name, dataset]) => [
    name,
    dataset.kind === "postgres"
      ? {
          ...dataset,
          backups: dataset.backups.map((backup) =>
            backup.kind === "physical" ? { ...backup, cron: soon } : backup,
          ),
        }
      : dataset,
  ]);
  return { ...plan, datasets: Object.fromEntries(datasets) };
}

/** The dataset behind the service that DNS names. @throws SandboxInputError when the world cannot hold the plan */
function checked(plan: Plan, spec: WorldSpec): string {
  const region = siteOf(plan, primarySite(plan)).region;
  const missing = Object.entries(plan.sites).filter(
    ([, site]) =>
      !spec.regions.some(
        (each) => each.region === site.region && (site.kind !== "aws-region" || each.cluster),
      ),
  );
  if (missing.length > 0)
    throw new SandboxInputError(
      `the world has no ${missing.map(([name, site]) => `${site.region} (site "${name}")`).join(", ")}; it has ${spec.regions.map((each) => each.region).join(", ")}`,
    );
  const service = plan.dns && plan.services[plan.dns.service];
  const dataset = postgresDatasets(plan).find(([name]) => service?.needs.includes(name))?.[0];
  if (!dataset || !plan.lease)
    throw new SandboxInputError(
      `plan "${names.namespace(plan)}" cannot be rehearsed in ${region}: it needs DNS that names a service with a PostgreSQL dataset, and a lease`,
    );
  return dataset;
}

async function builtImages(progress: Progress): Promise<Images> {
  const tools = await ensureTools(["buildah", "mmdebstrap"], progress);
  const { certFile } = await worldCa();
  return buildImages({ tools, caFile: certFile, progress });
}
