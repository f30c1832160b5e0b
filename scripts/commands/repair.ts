import type { StructureFault } from "../../engines/postgres/structure.js";
import type { CommandModule, ExitCode } from "../command.js";
import { metricsOption } from "../options.js";
import type { RepairOutcome } from "../physical/repair.js";
import { identityOption, storeOption } from "../sealed/options.js";
import { say } from "../ui/say.js";

const help = `
For a server on an ordinary machine; run it there, as the server's user or as root. Every page of every table and index is
checked (pg_amcheck), and that each row is in each index. The checker's extension is made for that and dropped again.

With --yes and something damaged: writers are stopped, damaged indexes are rebuilt from their tables (REINDEX), damaged
tables from their own rows (VACUUM FULL) where all of them can be read, and everything is checked again. Where something is
left and --into-folder says where, all that was committed is restored there, in a new data folder; stop the damaged server
and start one from it. Writers start again only on a database that is whole. --hooks names the programs, as restore does.

Exit codes: 0 nothing is damaged, or it is repaired, 1 something is damaged (and restored, where that is said), 2 bad input,
3 the world failed.

Example:
  $ secondsite repair plans/support-desk.ts tickets                                      # look
  $ secondsite repair plans/support-desk.ts tickets --hooks hooks.json --yes             # act
  $ secondsite repair plans/support-desk.ts tickets --hooks hooks.json --into-folder /srv/pg/15 \\
      --identity recovery.txt --yes`;

/** `secondsite repair`: a damaged database is assessed, repaired where that is possible, and otherwise restored. */
export const repair: CommandModule = {
  register(program, done) {
    program
      .command("repair <plan> <dataset>")
      .description("Looks for damage in a PostgreSQL server's data, and repairs or restores it.")
      .option("--yes", "act; without it only what is damaged is shown", false)
      .option("--hooks <file>", "JSON with the programs that stop, start and ask the service")
      .option("--into-folder <folder>", "data folder to restore into where a repair is not enough")
      .addOption(storeOption())
      .addOption(identityOption())
      .addOption(metricsOption())
      .option("--json", "print it as JSON", false)
      .addHelpText("after", help)
      .action(async (path, dataset, options) => done(await run(path, dataset, options)));
  },
};

interface Options {
  readonly yes: boolean;
  readonly hooks?: string;
  readonly intoFolder?: string;
  readonly store?: string[];
  readonly identity?: string[];
  readonly metrics?: string;
  readonly json: boolean;
}

async function run(path: string, dataset: string, options: Options): Promise<ExitCode> {
  const { loadPlan } = await import("../../plans/load.js");
  const { EngineError } = await import("../../engines/errors.js");
  const { hookPrograms } = await import("../sealed/hooks.js");
  const { assess, repair: act } = await import("../physical/repair.js");
  const { recorded } = await import("../operation/recorded.js");
  const { yes, hooks, intoFolder, json, metrics: metricsFile, ...rest } = options;
  if (yes && hooks === undefined)
    throw new EngineError("a repair needs writers that are stopped", 2, "--hooks <file> says how");
  const programs = hooks === undefined ? undefined : await hookPrograms(hooks);
  const plan = await loadPlan(path);
  const how = {
    ...rest,
    say,
  };
  const assessed = await assess(plan, dataset, how);
  if (!yes || !programs || assessed.faults.length === 0) {
    print(json, { found: assessed.faults }, shown(assessed.faults));
    return assessed.faults.length > 0 ? 1 : 0;
  }
  const outcome = await recorded(
    { plan, name: "repair", dataset, store: options.store, metricsFile },
    () => act(plan, assessed, programs, intoFolder, how),
    told,
  );
  print(json, outcome, ended(outcome));
  return outcome.left.length === 0 ? 0 : 1;
}

const told = ({ found, rebuilt, left, restored }: RepairOutcome) => ({
  ...(left.length === 0 ? {} : { exitCode: 1, message: `${left.length} objects are damaged` }),
  ...(restored ? { point: restored.label } : {}),
  details: { damaged: found.length, rebuilt: rebuilt.length, left: left.length },
});

const words = (faults: readonly StructureFault[]) =>
  faults.map(({ kind, relation, message }) => `  ✖ ${kind ?? "check"} ${relation}: ${message}`);

function shown(faults: readonly StructureFault[]): string[] {
  if (faults.length === 0) return ["Nothing is damaged."];
  return [
    "Damaged is:",
    ...words(faults),
    "Nothing was changed. Add --yes and --hooks to stop writers and repair it.",
  ];
}

function ended({ found, rebuilt, left, restored }: RepairOutcome): string[] {
  return [
    `${found.length} objects were damaged; ${rebuilt.length} were rebuilt, ${left.length} are damaged still.`,
    ...rebuilt.map((one) => `  ✔ ${one}`),
    ...words(left),
    ...(left.length === 0
      ? ["Writers run again."]
      : restored
        ? [
            `Restored from ${restored.label} into ${restored.folder}${restored.lastCommit === undefined ? "" : `, with what was committed until ${restored.lastCommit}`}.`,
            "Writers are stopped: stop this server, start one from that folder, set up archiving, and start them.",
          ]
        : ["Writers are stopped: restore with --into-folder <folder>, or from a dump."]),
  ];
}

const print = (json: boolean, value: unknown, lines: readonly string[]) =>
  process.stdout.write(json ? `${JSON.stringify(value, undefined, 2)}\n` : `${lines.join("\n")}\n`);
