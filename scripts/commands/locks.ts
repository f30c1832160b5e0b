import type { CommandModule, ExitCode } from "../command.js";
import type { ExtendedCopy } from "../locks/extend.js";
import type { Told } from "../operation/operation.js";
import { metricsOption } from "../options.js";
import { storeOption } from "../sealed/options.js";
import { nothingChanged } from "../ui/say.js";

const help = `
A store locks what is written for as long as the vault says; what retention or a hold keeps longer would lie open after
that. This renews the locks on every part of every point that is kept, on its keys and its chain: up to when retention lets
go of it, at most 90 days ahead, and again once less than half of that is left. Nothing is ever shortened, and nothing takes a
lock back: without --yes it is only counted. Of what is written once the first version is locked, whatever was laid over it.

Exit codes: 0 shown or done, 1 something that is kept is missing or was laid over, 2 bad input, 3 a store failed, or its
clock and this machine's differ.

Example:
  $ secondsite locks extend plans/support-desk.ts          # look
  $ secondsite locks extend plans/support-desk.ts --yes    # act`;

/** `secondsite locks`: keeps what is kept from being deleted. */
export const locks: CommandModule = {
  register(program, done) {
    const group = program
      .command("locks")
      .description("Renews the locks on recovery points that are kept.")
      .addHelpText("after", help);
    group
      .command("extend <plan>")
      .description("Renews locks up to what retention and holds need; never shortens one.")
      .option("--dataset <dataset>", "only this dataset")
      .option("--kind <kind>", "only this backup: physical, logical, copy, logical-2 …")
      .option("--site <site>", "only this site's copy")
      .option("--yes", "act; without it only what would happen is shown", false)
      .addOption(storeOption())
      .addOption(metricsOption())
      .option("--json", "print it as JSON", false)
      .addHelpText("after", help)
      .action(async (path, options) => done(await extend(path, options)));
  },
};

interface Options {
  readonly dataset?: string;
  readonly kind?: string;
  readonly site?: string;
  readonly store?: string[];
  readonly metrics?: string;
  readonly yes: boolean;
  readonly json: boolean;
}

async function extend(path: string, { json, metrics: metricsFile, ...options }: Options): Promise<ExitCode> {
  const { loadPlan } = await import("../../plans/load.js");
  const { extendAllLocks } = await import("../locks/extend.js");
  const { recorded } = await import("../operation/recorded.js");
  const plan = await loadPlan(path);
  const { yes, ...subject } = options;
  const act = () => extendAllLocks(plan, options);
  const all = yes
    ? await recorded({ plan, name: "locks extend", ...subject, metricsFile }, act, told)
    : await act();
  const lines = [...all.flatMap((copy) => linesOf(copy, yes)), ...(yes ? [] : [nothingChanged])];
  process.stdout.write(`${json ? JSON.stringify(all, undefined, 2) : lines.join("\n")}\n`);
  return exitCodeOf(all);
}

function exitCodeOf(all: readonly ExtendedCopy[]): 0 | 1 | 3 {
  if (all.some(({ failed }) => failed !== undefined)) return 3;
  return all.some(({ done }) => done && done.missing.length > 0) ? 1 : 0;
}

function told(all: readonly ExtendedCopy[]): Told {
  const failed = all.flatMap(({ dataset, site, failed: why }) =>
    why === undefined ? [] : [`${dataset} at ${site}: ${why}`],
  );
  const missing = all.flatMap(({ dataset, site, done }) =>
    (done?.missing ?? []).map(({ key, problem }) => `${dataset} at ${site}: ${key}: ${problem}`),
  );
  const message = [...failed, ...missing].join("; ");
  return {
    exitCode: exitCodeOf(all),
    ...(message === "" ? {} : { message }),
    details: {
      extended: all.reduce((sum, { done }) => sum + (done?.extended ?? 0), 0),
      already: all.reduce((sum, { done }) => sum + (done?.already ?? 0), 0),
      missing: missing.length,
    },
  };
}

function linesOf(
  { dataset, site, kind, days, done, unlocked, failed }: ExtendedCopy,
  yes: boolean,
): string[] {
  const where = `${dataset} (${kind}) at ${site}`;
  if (failed !== undefined) return [`✖ ${where}: ${failed}`];
  if (unlocked !== undefined || !done) return [`- ${where}: ${unlocked}`];
  const verb = yes ? "are locked longer now" : "would be locked longer";
  return [
    `${done.missing.length > 0 ? "✖" : "✔"} ${where}: ${done.extended} objects ${verb}, up to ${days} days ahead; ${done.already} are locked long enough`,
    ...done.missing.map(({ key, problem }) => `    ${key}: ${problem}`),
  ];
}
