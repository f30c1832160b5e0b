import type { CommandModule, ExitCode } from "../command.js";
import type { Told } from "../operation/operation.js";
import { metricsOption } from "../options.js";
import { folderGiven, fromOption, identityOption, storeOption } from "../sealed/options.js";
import type { PrunedCopy } from "../sealed/prune.js";
import { nothingChanged, say } from "../ui/say.js";

const help = `
Without --yes it shows what would go, and why. What retention says of dumps and copies is applied to every direct copy
by its own chain; a tool's repository is pruned by the tool. Never dropped are the newest verified point, held points,
what others need, and anything while a clock is wrong, a chain is damaged or no point is verified.

Exit codes: 0 shown or done, 1 a copy refused, 2 bad input, 3 a store failed, 4 another run has the job.

Example:
  $ secondsite prune plans/support-desk.ts          # look
  $ secondsite prune plans/support-desk.ts --yes    # act`;

/** `secondsite prune`: applies retention. */
export const prune: CommandModule = {
  register(program, done) {
    program
      .command("prune <plan>")
      .description("Drops recovery points that retention does not keep.")
      .option("--dataset <dataset>", "only this dataset")
      .option("--kind <kind>", "only this backup: logical, copy, logical-2 …")
      .option("--site <site>", "only this site's copy")
      .option("--yes", "act; without it only what would happen is shown", false)
      .addOption(fromOption())
      .addOption(storeOption())
      .addOption(identityOption())
      .addOption(metricsOption())
      .option("--json", "print it as JSON", false)
      .addHelpText("after", help)
      .action(async (path, options) => done(await run(path, options)));
  },
};

interface Options {
  readonly dataset?: string;
  readonly kind?: string;
  readonly site?: string;
  readonly from?: string;
  readonly store?: string[];
  readonly identity?: string[];
  readonly metrics?: string;
  readonly yes: boolean;
  readonly json: boolean;
}

async function run(path: string, { from, ...options }: Options): Promise<ExitCode> {
  const { loadPlan } = await import("../../plans/load.js");
  const { pruneSealed } = await import("../sealed/prune.js");
  const plan = await loadPlan(path);
  if (options.kind === "physical") {
    const { EngineError } = await import("../../engines/errors.js");
    throw new EngineError(
      "prune is for dumps and copies: of physical backups each run drops what the plan does not keep",
      2,
      "secondsite points <plan> --kind physical shows what is kept",
    );
  }
  const folder = await folderGiven(from);
  const act = () => pruneSealed(plan, { ...options, folder, say });
  const { recorded } = await import("../operation/recorded.js");
  const { yes, metrics: metricsFile, ...subject } = options;
  const all = yes ? await recorded({ plan, name: "prune", ...subject, metricsFile }, act, told) : await act();
  if (options.json) process.stdout.write(`${JSON.stringify(all.map(asJson), undefined, 2)}\n`);
  else process.stdout.write(await shown(all, options.yes));
  return all.some(({ decided }) => decided.refused !== undefined) ? 1 : 0;
}

function told(all: readonly PrunedCopy[]): Told {
  const refused = all.flatMap(({ decided }) =>
    decided.refused === undefined ? [] : [`${decided.copy.site}: ${decided.refused}`],
  );
  return {
    ...(refused.length > 0 ? { exitCode: 1, message: refused.join("; ") } : {}),
    details: {
      dropped: all.reduce((sum, { decided, done }) => sum + (done ? decided.dropped.length : 0), 0),
      objects: all.reduce((sum, { done }) => sum + (done?.objects ?? 0), 0),
    },
  };
}

const asJson = ({ dataset, decided, done }: PrunedCopy) => ({
  ...{ dataset, site: decided.copy.site, kind: decided.kind, bytes: decided.bytes },
  ...(decided.refused === undefined ? {} : { refused: decided.refused }),
  points: decided.selection.decisions.map(({ point, kept, why }) => ({
    id: point.id,
    at: point.at,
    kept,
    why,
  })),
  ...(done ? { done } : {}),
});

async function shown(all: readonly PrunedCopy[], yes: boolean): Promise<string> {
  const { table } = await import("../ui/table.js");
  const { humanBytes } = await import("../ui/bytes.js");
  const rows = all.flatMap(({ dataset, decided }) =>
    decided.dropped.map((point) => ({ dataset, decided, point })),
  );
  const list = table(rows, [
    { title: "Dataset", value: ({ dataset }) => dataset },
    { title: "Copy", value: ({ decided }) => decided.copy.site },
    { title: yes ? "Dropped" : "Would go", value: ({ point }) => point.point.label },
    { title: "Of", value: ({ point }) => point.at },
    { title: "Stored", value: ({ point }) => humanBytes(point.point.bytes.stored) },
    { title: "Because", value: ({ point }) => point.why.join("; "), wrap: true },
  ]);
  const copies = all.map(({ dataset, decided, done }) => {
    const kept = decided.selection.decisions.length - decided.dropped.length;
    const what = decided.refused ?? `${kept} kept, ${decided.dropped.length} ${yes ? "dropped" : "would go"}`;
    const gone = done
      ? `; ${done.objects} objects are gone${done.locked > 0 ? `, ${done.locked} of them stay as versions until their lock ends` : ""}`
      : "";
    return `${dataset} (${decided.kind}) at ${decided.copy.site}: ${what}${gone}`;
  });
  const end = yes || rows.length === 0 ? [] : [nothingChanged];
  const none = all.length > 0 ? [] : ["There is no backup that is written to directly: nothing to prune."];
  return `${[...(rows.length > 0 ? [list] : []), ...copies, ...none, ...end].join("\n")}\n`;
}
