import { Option } from "@commander-js/extra-typings";
import type { Copy, CopyRef } from "../../engines/postgres/points-copies.js";
import type { Damage, Verified } from "../../engines/postgres/verify.js";
import type { RepositoryVerdict } from "../../engines/postgres/verify-repository.js";
import { names, type Plan } from "../../plan/index.js";
import type { VerificationLevel } from "../../vault/index.js";
import type { CommandModule, ExitCode } from "../command.js";
import { metricsOption } from "../options.js";
import { folderGiven, fromOption, identityOption, stagingOption, storeOption } from "../sealed/options.js";
import type { RecordedVerdict } from "../verify/judged-points.js";

const help = `
Level "stored" reads the copies from here: the chain of manifests with its signatures, the checksum of every part and key
that they name, and that no segment of the log is missing or stored twice. Level "structural" also reads every file of
every backup and every segment, decrypts it and compares its checksum: in a Job in each site's cluster, or from here for a
server on an ordinary machine (--identity, or the key service). "restored" also restores each point of such a server to its
own end, into a folder that is thrown away, and checks every page and index; --point, --days and --sample choose which. That
a point in a cluster restores is proved by restoring it: secondsite restore.

Dumps: "stored" needs no key. "structural" opens them (--identity, or the key service) and lets pg_restore read them from
end to end; "restored" restores them into a server of their own that reaches no network, compares every row, and throws
it away.
Pulumi's state: "structural" holds every checkpoint against Pulumi's own rules; "restored" lets the program pulumi export
each stack from a folder of its own, and compares.

What was found of a point is recorded in its chain: retention never drops the last one that was found good, and what was
found damaged is not chosen again until as deep a verification finds nothing. With --days that is done for points of these
days alone, and for what is found damaged.
With --kind, --days or --from, a copy that has no such point is a fault too.

Exit codes: 0 all is as it was stored, 1 something is damaged or a copy does not answer, 2 bad input, 3 something could
not be verified from here (no key at hand opens it, a program or room is missing) or a Job failed.

Example:
  $ secondsite verify plans/kubernetes-chat.ts
  $ secondsite verify plans/kubernetes-chat.ts --site oregon --level structural --json
  $ secondsite verify plans/support-desk.ts --level restored --days 7 --identity restore.txt
  $ secondsite verify plans/support-desk.ts --level restored --days 7 --sample 1 --identity restore.txt   # a drill
  $ secondsite verify plans/support-desk.ts --kind physical --level restored --sample 1 --identity restore.txt`;

/** `secondsite verify`: whether what is stored is still what was stored. */
export const verify: CommandModule = {
  register(program, done) {
    program
      .command("verify <plan>")
      .description("Verifies recovery points; names what is damaged, and the older good point.")
      .addOption(
        new Option("--level <level>", "how deeply")
          .choices(["stored", "structural", "restored"])
          .default("stored"),
      )
      .option("--dataset <dataset>", "only this dataset")
      .option("--kind <kind>", "only these: physical, logical, copy, logical-2 …")
      .option("--point <label>", "only this dump or copy; of physical points, which one is restored")
      .option(
        "--days <days>",
        "only dumps and copies of the last so many days; of physical points, which are restored",
      )
      .option("--sample <number>", "only so many, drawn by lot, each at one of its copies")
      .option("--direct", "only copies that jobs write to themselves, not what stores replicate", false)
      .addOption(fromOption())
      .addOption(storeOption())
      .addOption(identityOption())
      .addOption(stagingOption())
      .option("--site <site>", "only this site's copies")
      .addOption(metricsOption())
      .option("--json", "print it as JSON", false)
      .addHelpText("after", help)
      .action(async (path, options) => done(await verified(path, options)));
  },
};

interface Options {
  readonly level: VerificationLevel;
  readonly site?: string;
  readonly dataset?: string;
  readonly kind?: string;
  readonly point?: string;
  readonly days?: string;
  readonly sample?: string;
  readonly direct: boolean;
  readonly from?: string;
  readonly store?: string[];
  readonly identity?: string[];
  readonly staging?: string;
  readonly metrics?: string;
  readonly json: boolean;
}

async function verified(path: string, options: Options): Promise<ExitCode> {
  const { loadPlan } = await import("../../plans/load.js");
  const { recorded } = await import("../operation/recorded.js");
  const { verifyTold } = await import("../operation/verify-told.js");
  const { shownSealed } = await import("../sealed/verify-command.js");
  const { level, site, json, metrics } = options;
  const plan = await loadPlan(path);
  const { all, repositories, points, dumps, exitCode } = await recorded(
    {
      ...{ plan, name: "verify", kind: level, site, metricsFile: metrics },
      ...{ dataset: options.dataset, store: options.store },
    },
    () => judged(plan, options),
    (found) => verifyTold(level, found),
  );
  const good = exitCode === 0;
  process.stdout.write(
    json
      ? `${JSON.stringify({ plan: plan.name, level, good, copies: all, repositories, points, dumps }, undefined, 2)}\n`
      : (all.length > 0 ? await rendered(all) : "") +
          repositories.map(reported).join("") +
          points.map(restoredLine).join("") +
          shownSealed(dumps),
  );
  return exitCode;
}

/** What the copies are found to be. */
async function judged(plan: Plan, { level, site, dataset, days, sample, from, ...options }: Options) {
  const { copiesOf, readCopies } = await import("../../engines/postgres/points-copies.js");
  const { verifyStored, withAlternatives } = await import("../../engines/postgres/verify.js");
  const { backupsOf, runsWithin } = await import("../../engines/postgres/pgbackrest-config.js");
  const { accessOf, postgresOf } = await import("../sealed/job.js");
  const { wholeGiven } = await import("../options.js");
  const { EngineError } = await import("../../engines/errors.js");
  const { judgedPoints, recordPoints, worthRecording } = await import("../verify/judged-points.js");
  const { restoredToo } = await import("../physical/restored.js");
  const { say } = await import("../ui/say.js");
  const { allVerified, noneBad, verifyAllSealed } = await import("../sealed/verify-command.js");
  const only = { ...(site === undefined ? {} : { site }), ...(dataset === undefined ? {} : { dataset }) };
  const physicalOnly = options.kind === "physical";
  const which = {
    ...(days === undefined ? {} : { days: wholeGiven("--days", days, 1) }),
    ...(sample === undefined ? {} : { sample: wholeGiven("--sample", sample, 1) }),
  };
  if (physicalOnly && level !== "restored" && (options.point ?? sample) !== undefined)
    throw new EngineError(
      `${options.point === undefined ? "--sample" : "--point"} chooses what is restored: of physical points all are verified ${level}`,
      2,
      "--level restored",
    );
  const dumps = physicalOnly
    ? []
    : await verifyAllSealed(plan, {
        ...{ ...options, ...only, level, folder: await folderGiven(from) },
        ...which,
      });
  // What was asked for by name is a dump, and nothing else.
  const dumpsOnly =
    !physicalOnly && [options.kind, options.point, sample, from].some((given) => given !== undefined);
  const access = await accessOf(plan, options);
  const refs = dumpsOnly ? [] : copiesOf(plan, only, dumps.length > 0, access);
  const copies = await readCopies(refs);
  const results = await Promise.all(
    refs.flatMap((ref, index) => {
      const copy = copies[index];
      const { physical, wal } = backupsOf({ dataset: ref.dataset, spec: postgresOf(plan, ref.dataset) });
      const logKept = wal ? runsWithin(physical, wal) + 1 : 1;
      return copy ? [verifyStored(copy, ref, logKept).then((stored) => ({ ref, copy, stored }))] : [];
    }),
  );
  const all = withAlternatives(
    results.map(({ stored }) => stored),
    copies.flatMap(({ points }) => points),
  );
  const repositories = level === "stored" ? [] : await structural(plan, copies, all, options);
  const deepAt = ({ dataset, site }: CopyRef) =>
    repositories.filter((one) => one.dataset === dataset && one.site === site);
  const found = judgedPoints(results.map((one) => ({ ...one, deep: deepAt(one.ref) })));
  const tried =
    level === "restored" && !dumpsOnly
      ? await restoredToo(plan, found, { ...options, ...which, say })
      : found;
  const points = await recordPoints(plan, refs, tried, worthRecording(tried, which.days, new Date()), say);
  const good =
    noneBad(dumps) &&
    all.every(({ damage, unreachable }) => damage.length === 0 && unreachable === undefined) &&
    repositories.every((one) => one.good) &&
    points.every(({ faults }) => faults.length === 0);
  // What is damaged says more than what nobody could look at.
  const every = allVerified(dumps) && points.every(({ unverified }) => unverified === undefined);
  const exitCode: ExitCode = !good ? 1 : every ? 0 : 3;
  return { all, repositories, points, dumps, exitCode };
}

/** What one repository's own tool says of it. */
interface Repository extends RepositoryVerdict {
  readonly dataset: string;
  readonly site: string;
}

/** Epochs of copies, by a Job beside a cluster or from here; what is only a cluster's bucket has nowhere to run a Job. */
async function structural(
  plan: Plan,
  copies: readonly Copy[],
  stored: readonly Verified[],
  options: Pick<Options, "store" | "identity">,
): Promise<Repository[]> {
  const { verifyInCluster } = await import("../verify/job.js");
  const { verifyFromHere } = await import("../physical/verify.js");
  const { postgresOf } = await import("../sealed/job.js");
  const jobs = copies.flatMap(({ dataset, site, epochs }) => {
    const spec = plan.sites[site];
    const kept = epochs.filter(({ chain }) => chain.points.length > 0).map(({ epoch }) => epoch);
    if (postgresOf(plan, dataset).runs === "server") {
      const keyLost = stored.some(
        (one) => one.dataset === dataset && one.site === site && one.damage.some(isOfKeys),
      );
      return kept.map((epoch) => async () => {
        const where = { dataset, site, epoch };
        if (keyLost)
          return {
            ...where,
            good: false,
            report: ["not read: the keys that open it are damaged"],
            findings: [],
          };
        return verifyFromHere(plan, where, options);
      });
    }
    if (spec?.kind !== "aws-region") return [];
    return kept.map((epoch) => async () => ({
      ...{ dataset, site },
      ...(await verifyInCluster({ plan, site, spec, dataset, epoch })),
    }));
  });
  return Promise.all(jobs.map((job) => job()));
}

const isOfKeys = ({ dataset, object }: Damage) => object.startsWith(names.keyPrefix(dataset));

const reported = ({ dataset, site, epoch, good, report }: Repository) =>
  `\n${good ? "✔" : "✖"} ${dataset} at ${site}, epoch ${epoch}: every file read\n${report.map((line) => `    ${line}\n`).join("")}`;

/** What a restore of a point showed; nothing of those that were not restored. */
function restoredLine({ dataset, site, label, level, faults, unverified }: RecordedVerdict): string {
  const about = `${label} of ${dataset} at ${site}`;
  if (unverified !== undefined) return `? ${about}: not restored here: ${unverified}\n`;
  if (level !== "restored") return "";
  const [fault] = faults;
  return fault ? `✖ ${about}: ${fault.message}\n` : `✔ ${about}: restored, every page and index whole\n`;
}

async function rendered(all: readonly Verified[]): Promise<string> {
  const { table } = await import("../ui/table.js");
  const list = table(all, [
    { title: "", value: ({ damage, unreachable }) => (damage.length > 0 || unreachable ? "✖" : "✔") },
    { title: "Dataset", value: ({ dataset }) => dataset },
    { title: "Copy", value: ({ site }) => site },
    { title: "Entries", value: ({ manifests }) => String(manifests) },
    { title: "Parts", value: ({ parts }) => String(parts) },
    { title: "Log segments", value: ({ segments }) => String(segments) },
    { title: "Damaged", value: ({ damage }) => String(damage.length) },
    { title: "Problem", value: ({ unreachable }) => unreachable ?? "", wrap: true },
  ]);
  const damage = all.flatMap((one) => one.damage.map(described));
  return damage.length > 0 ? `${list}\n${damage.join("\n")}\n` : list;
}

function described({ dataset, site, object, problem, label, instead }: Damage): string {
  const point = label === undefined ? "" : ` (point ${label})`;
  const older = instead
    ? `the newest older good point is ${instead.label} at ${instead.site}`
    : "no older good point is left";
  return `${dataset} at ${site}: ${object}${point}: ${problem}; ${older}`;
}
