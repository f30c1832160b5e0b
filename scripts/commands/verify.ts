import { Option } from "@commander-js/extra-typings";
import type { Damage, Verified } from "../../engines/postgres/verify.js";
import type { CommandModule, ExitCode } from "../command.js";
import { metricsOption } from "../options.js";
import { fromOption, identityOption, stagingOption, storeOption } from "../sealed/options.js";
import type { RecordedVerdict } from "../verify/judged-points.js";
import type { Repository, Unread } from "../verify/repositories.js";
import type { VerifyWish } from "../verify/verify-plan.js";

const help = `
Level "stored" reads the copies from here: the chain of manifests with its signatures, the checksum of every part and key
that they name, and that no segment of the log is missing or stored twice. Level "structural" also reads every file of
every backup and every segment, decrypts it and compares its checksum: in a Job in each site's cluster, or from here for a
server on an ordinary machine (--identity, or the key service). "restored" also restores each point of such a server to its
own end, into a folder that is thrown away, and checks every page and index; --point, --days and --sample choose which. Of a
server in a cluster its CronJob <dataset>-replay does that, on a volume of its own; or restore it: secondsite restore.

Dumps: "stored" needs no key. "structural" opens them (--identity, or the key service) and lets pg_restore read them from
end to end; "restored" restores them into a server of their own that reaches no network, compares every row, and throws
it away.
Pulumi's state: "structural" holds every checkpoint against Pulumi's own rules; "restored" lets the program pulumi export
each stack from a folder of its own, and compares.

What was found of a point is recorded in its chain: retention never drops the last one that was found good, and what was
found damaged is not chosen again until as deep a verification finds nothing. With --days that is done for points of these
days alone, and for what is found damaged.
With --kind, --days or --from, a copy that has no such point is a fault too. --sample draws so many of each kind; of physical
points only to restore them.

--json has "good", "copies" (physical, as they are stored), "repositories" (what was read of their files), "unread" (those
that could not be read from here, each with "unverified": why), "points" (physical) and "dumps".

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
      .option("--sample <number>", "only so many of each kind, drawn by lot, each at one of its copies")
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

interface Options extends VerifyWish {
  readonly metrics?: string;
  readonly json: boolean;
}

async function verified(path: string, options: Options): Promise<ExitCode> {
  const { loadPlan } = await import("../../plans/load.js");
  const { recorded } = await import("../operation/recorded.js");
  const { verifyTold } = await import("../operation/verify-told.js");
  const { verifyPlan } = await import("../verify/verify-plan.js");
  const { shownSealed } = await import("../sealed/verify-command.js");
  const { level, site, json, metrics } = options;
  const plan = await loadPlan(path);
  const { all, repositories, unread, points, dumps, exitCode } = await recorded(
    {
      ...{ plan, name: "verify", kind: level, site, metricsFile: metrics },
      ...{ dataset: options.dataset, store: options.store },
    },
    () => verifyPlan(plan, options),
    (found) => verifyTold(level, found),
  );
  const good = exitCode === 0;
  process.stdout.write(
    json
      ? `${JSON.stringify({ plan: plan.name, level, good, copies: all, repositories, unread, points, dumps }, undefined, 2)}\n`
      : (all.length > 0 ? await rendered(all) : "") +
          repositories.map(reported).join("") +
          unread.map(unreadLine).join("") +
          points.map(restoredLine).join("") +
          shownSealed(dumps),
  );
  return exitCode;
}

const reported = ({ dataset, site, epoch, good, report }: Repository) =>
  `\n${good ? "✔" : "✖"} ${dataset} at ${site}, epoch ${epoch}: every file read\n${report.map((line) => `    ${line}\n`).join("")}`;

const unreadLine = ({ dataset, site, epoch, unverified }: Unread) =>
  `\n? ${dataset} at ${site}, epoch ${epoch}: its files are not read here: ${unverified}\n`;

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
