import type { CopyStatus, LeaseStatus } from "../../engines/postgres/status.js";
import type { CommandModule, ExitCode } from "../command.js";
import { metricsOption } from "../options.js";
import type { SiteStatus } from "../status/sites.js";

const help = `
The loss is what would be gone if that copy were all that is left now: nothing newer than its newest stored log.

Exit codes: 0 every copy keeps the objective and a site serves, 1 an objective is exceeded, a copy does not answer or no
site serves, 2 bad input.

Example:
  $ secondsite status plans/kubernetes-chat.ts
  $ secondsite status plans/kubernetes-chat.ts --json`;

/** `secondsite status`: how data, lease and sites stand right now. */
export const status: CommandModule = {
  register(program, done) {
    program
      .command("status <plan>")
      .description("Shows each copy's age against the objective, who holds the lease, and which site serves.")
      .addOption(metricsOption())
      .option("--json", "print it as JSON", false)
      .addHelpText("after", help)
      .action(async (path, { json, metrics }) => done(await show(path, json, metrics)));
  },
};

async function show(path: string, json: boolean, metrics: string | undefined): Promise<ExitCode> {
  const { loadPlan } = await import("../../plans/load.js");
  const { copiesOf, readCopies } = await import("../../engines/postgres/points-copies.js");
  const { copyStatus, leaseStatus } = await import("../../engines/postgres/status.js");
  const { postgresDatasets } = await import("../../plan/index.js");
  const { siteStatuses } = await import("../status/sites.js");
  const { statusSamples } = await import("../status/samples.js");
  const { emitted } = await import("../operation/emit.js");
  const plan = await loadPlan(path);
  const [copies, leases, sites] = await Promise.all([
    readCopies(copiesOf(plan)),
    Promise.all(plan.lease ? postgresDatasets(plan).map(([name]) => leaseStatus(plan, name)) : []),
    siteStatuses(plan),
  ]);
  const now = new Date();
  const data = copies.map((copy) => copyStatus(plan, copy, now));
  const met = data.every((copy) => copy.met) && (sites.length === 0 || sites.some(({ serves }) => serves));
  for (const warning of await emitted(plan, statusSamples(data, now), { file: metrics }))
    process.stderr.write(`secondsite: ${warning}\n`);
  const answer = { plan: plan.name, at: now.toISOString(), rpo: plan.objectives.rpo, met };
  process.stdout.write(
    json
      ? `${JSON.stringify({ ...answer, copies: data, leases, sites }, undefined, 2)}\n`
      : await rendered(plan.objectives.rpo, data, leases, sites),
  );
  return met ? 0 : 1;
}

async function rendered(
  rpo: string,
  copies: readonly CopyStatus[],
  leases: readonly LeaseStatus[],
  sites: readonly SiteStatus[],
): Promise<string> {
  const { table } = await import("../ui/table.js");
  const { humanSeconds } = await import("../../plan/index.js");
  const age = (seconds: number | undefined) =>
    seconds === undefined ? "-" : humanSeconds(Math.max(1, Math.round(seconds)));
  return [
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
  ].join("\n");
}
