import type { CopyStatus, LeaseStatus } from "../../engines/postgres/status.js";
import type { CommandModule, ExitCode } from "../command.js";
import { metricsOption } from "../options.js";
import { storeOption } from "../sealed/options.js";
import type { DumpStatus } from "../status/dumps.js";
import type { SiteStatus } from "../status/sites.js";

const help = `
The loss is what would be gone if that copy were all that is left now: nothing newer than its newest stored log. A dump
loses what was committed since; where log is kept, no dump has to keep the objective.

Exit codes: 0 every copy of log and one copy of each dump keep the objective and a site serves, 1 an objective is exceeded, a
copy of log does not answer or no site serves, 2 bad input.

Example:
  $ secondsite status plans/kubernetes-chat.ts
  $ secondsite status plans/kubernetes-chat.ts --json`;

/** `secondsite status`: how data, lease and sites stand right now. */
export const status: CommandModule = {
  register(program, done) {
    program
      .command("status <plan>")
      .description("Shows each copy's age against the objective, who holds the lease, and which site serves.")
      .addOption(storeOption())
      .addOption(metricsOption())
      .option("--json", "print it as JSON", false)
      .addHelpText("after", help)
      .action(async (path, options) => done(await show(path, options)));
  },
};

interface Options {
  readonly store?: string[];
  readonly metrics?: string;
  readonly json: boolean;
}

async function show(path: string, { json, metrics, store }: Options): Promise<ExitCode> {
  const { loadPlan } = await import("../../plans/load.js");
  const { copiesOf, readCopies } = await import("../../engines/postgres/points-copies.js");
  const { copyStatus, leaseStatus } = await import("../../engines/postgres/status.js");
  const { postgresDatasets } = await import("../../plan/index.js");
  const { accessOf, postgresOf } = await import("../sealed/job.js");
  const { allSealed } = await import("../sealed/points.js");
  const { dumpStatus } = await import("../status/dumps.js");
  const { siteStatuses } = await import("../status/sites.js");
  const { statusSamples } = await import("../status/samples.js");
  const { emitted } = await import("../operation/emit.js");
  const plan = await loadPlan(path);
  // Only a server in a Pod has a keeper that holds a lease.
  const kept = postgresDatasets(plan).filter(([, { runs }]) => plan.lease && runs === "kubernetes");
  const [copies, dumped, leases, sites] = await Promise.all([
    readCopies(copiesOf(plan, {}, true, await accessOf(plan, { store }))),
    allSealed(plan, { store }),
    Promise.all(kept.map(([name]) => leaseStatus(plan, name))),
    siteStatuses(plan),
  ]);
  const now = new Date();
  // A server's copies into which nothing was ever archived: its dumps are what there is, and that is said.
  const dumpedToo = new Set(dumped.map(({ copy }) => copy.dataset));
  const notBegun = copies.filter(
    ({ dataset, epochs, unreachable }) =>
      unreachable === undefined &&
      dumpedToo.has(dataset) &&
      // Dumps are in the same chains.
      epochs.every(({ begunAt, chain }) => begunAt === undefined && chain.points.length === 0),
  );
  const data = copies.filter((copy) => !notBegun.includes(copy)).map((copy) => copyStatus(plan, copy, now));
  const logged = new Set(data.map(({ dataset }) => dataset));
  const dumps = dumped.map((copy) => dumpStatus(plan, copy, logged, now));
  const kinds = new Set(dumps.map(({ dataset, kind }) => `${dataset} ${kind}`));
  // One copy within the objective is what is promised; the others are told.
  const dumpsMet = [...kinds].every((each) => {
    const own = dumps.filter(({ dataset, kind, met }) => `${dataset} ${kind}` === each && met !== undefined);
    return own.length === 0 || own.some(({ met }) => met);
  });
  const met =
    dumpsMet && data.every((copy) => copy.met) && (sites.length === 0 || sites.some(({ serves }) => serves));
  for (const warning of await emitted(plan, statusSamples(data, now), { file: metrics }))
    process.stderr.write(`secondsite: ${warning}\n`);
  const answer = { plan: plan.name, at: now.toISOString(), rpo: plan.objectives.rpo, met };
  process.stdout.write(
    json
      ? `${JSON.stringify({ ...answer, copies: data, notBegun: notBegun.map(({ dataset, site }) => ({ dataset, site })), dumps, leases, sites }, undefined, 2)}\n`
      : (await rendered(plan.objectives.rpo, data, dumps, leases, sites)) +
          notBegun
            .map(({ dataset, site }) => {
              const { runs } = postgresOf(plan, dataset);
              const how = runs === "server" ? `: secondsite archive ${path} ${dataset} sets that up` : "";
              return `No log of "${dataset}" was ever stored at ${site}${how}.\n`;
            })
            .join(""),
  );
  return met ? 0 : 1;
}

async function rendered(
  rpo: string,
  copies: readonly CopyStatus[],
  dumps: readonly DumpStatus[],
  leases: readonly LeaseStatus[],
  sites: readonly SiteStatus[],
): Promise<string> {
  const { table } = await import("../ui/table.js");
  const { humanSeconds } = await import("../../plan/index.js");
  const age = (seconds: number | undefined) =>
    seconds === undefined ? "-" : humanSeconds(Math.max(1, Math.round(seconds)));
  const list = [
    table(copies, [
      { title: "", value: ({ met }) => (met ? "✔" : "✖") },
      { title: "Dataset", value: ({ dataset }) => dataset },
      { title: "Copy", value: ({ site }) => site },
      { title: "Newest point", value: ({ newestPoint }) => newestPoint?.label ?? "none" },
      { title: "Its age", value: ({ newestPoint }) => age(newestPoint?.ageSeconds) },
      { title: "Newest log", value: ({ newestLog }) => age(newestLog?.ageSeconds) },
      { title: `Loss now, of ${rpo}`, value: ({ lossSeconds }) => age(lossSeconds) },
      { title: "Problem", value: ({ unreachable }) => unreachable ?? "", wrap: true },
    ]),
    table(dumps, [
      { title: "", value: ({ met }) => (met === undefined ? " " : met ? "✔" : "✖") },
      { title: "Dumps of", value: ({ dataset }) => dataset },
      { title: "Copy", value: ({ site }) => site },
      { title: "Kind", value: ({ kind }) => kind },
      { title: "Newest", value: ({ newest }) => newest?.label ?? "none" },
      { title: `Its age, of ${rpo}`, value: ({ newest }) => age(newest?.ageSeconds) },
      {
        title: "Last found good",
        value: ({ verified }) => (verified ? `${verified.at.slice(0, 16)}Z, ${verified.level}` : "never"),
      },
      { title: "Problem", value: ({ unreachable, problem }) => unreachable ?? problem ?? "", wrap: true },
    ]),
    ...(leases.length === 0
      ? []
      : [
          table(leases, [
            { title: "Lease", value: ({ dataset }) => dataset },
            { title: "Holder", value: ({ holder }) => holder?.site ?? "unknown" },
            { title: "Epoch", value: ({ holder }) => String(holder?.epoch ?? "-") },
            {
              title: "Renewed",
              value: ({ holder, problem }) => holder?.renewedAt ?? problem ?? "",
              wrap: true,
            },
          ]),
        ]),
    table(sites, [
      { title: "Site", value: ({ site }) => site },
      { title: "Serves", value: ({ serves }) => (serves ? "yes" : "no") },
      { title: "It says", value: ({ reason }) => reason, wrap: true },
    ]),
  ];
  const lengths = [
    copies.length,
    dumps.length,
    ...(leases.length === 0 ? [] : [leases.length]),
    sites.length,
  ];
  return list.filter((_, index) => lengths[index] !== 0).join("\n");
}
