import type { RecoveryPoint } from "../../engines/postgres/points.js";
import type { Copy } from "../../engines/postgres/points-copies.js";
import type { FoundPoint } from "../../engines/sealed/points.js";
import type { CommandModule, ExitCode } from "../command.js";
import type { JobOptions } from "../sealed/job-options.js";
import { asOfOption, folderGiven, fromOption, identityOption, storeOption } from "../sealed/options.js";

const help = `
A direct copy that does not answer is reported and hides no other. A point is restorable from its end until its log
ends; that end is shown as when the newest stored log segment was stored, so the last commit in it is a little earlier.

A dump, or a copy of Pulumi's state, holds one moment; what came after it is lost. With --at, each dataset's best point
is shown with what it loses. A held point is dropped by nothing until it is released: no prune, and no run of a physical
backup, which keeps what a held one adds to as well.

With --as-of dumps and copies are listed as a store that keeps versions held them at a time: behind deletions and
overwriting.

Exit codes: 0 listed, held or released, 1 no copy answers, or nothing covers the time, 2 bad input, 3 a direct copy that
does not answer was not told of the hold or release: say it again later.

Example:
  $ secondsite points plans/kubernetes-chat.ts
  $ secondsite points plans/kubernetes-chat.ts --at 2026-03-01T14:30:00Z --site oregon
  $ secondsite points plans/support-desk.ts hold 20260301T020000Z-1f2e3d4c --dataset tickets --reason "court order 7"`;

/** `secondsite points`: recovery points, found by listing the copies themselves. */
export const points: CommandModule = {
  register(program, done) {
    program
      .command("points <plan>")
      .argument("[action]", "hold a point against retention, or release it")
      .argument("[label]", "which point")
      .description("Lists recovery points and what can be restored from them, newest first.")
      .option("--site <site>", "only this site's copies")
      .option("--dataset <dataset>", "only this dataset")
      .option("--at <time>", "show the point from which this moment would be restored (ISO 8601 with zone)")
      .option("--kind <kind>", "only these: physical, logical, copy, logical-2 …")
      .option("--reason <text>", "why a point is held or released")
      .addOption(asOfOption())
      .addOption(fromOption())
      .addOption(storeOption())
      .addOption(identityOption())
      .option("--json", "print them as JSON", false)
      .addHelpText("after", help)
      .action(async (path, action, label, options) =>
        done(action === undefined ? await list(path, options) : await hold(path, action, label, options)),
      );
  },
};

interface Options extends Pick<JobOptions, "kind" | "store" | "identity" | "asOf"> {
  readonly site?: string;
  readonly dataset?: string;
  readonly at?: string;
  readonly from?: string;
  readonly json: boolean;
}

async function list(path: string, { json, from, ...options }: Options): Promise<ExitCode> {
  const { loadPlan } = await import("../../plans/load.js");
  const { copiesOf, readCopies } = await import("../../engines/postgres/points-copies.js");
  const { newestFirst, nothingCovers, windowsOf } = await import("../../engines/postgres/points.js");
  const { parseMoment } = await import("../../engines/moment.js");
  const { accessOf } = await import("../sealed/job.js");
  const { allSealed } = await import("../sealed/points.js");
  const { consistentSet, dumpsBegin, pointAsJson, problemsOf } = await import("../sealed/rows.js");
  const { site, dataset, at } = options;
  const moment = at === undefined ? undefined : parseMoment(at);
  const plan = await loadPlan(path);
  const physicalOnly = options.kind === "physical";
  const wanted = { ...(site === undefined ? {} : { site }), ...(dataset === undefined ? {} : { dataset }) };
  const dumps = physicalOnly ? [] : await allSealed(plan, { ...options, folder: await folderGiven(from) });
  // What a folder holds is a dump; and where there are only dumps, no repository is looked for.
  const dumpsOnly = from !== undefined || (options.kind !== undefined && !physicalOnly);
  const refs = dumpsOnly ? [] : copiesOf(plan, wanted, dumps.length > 0, await accessOf(plan, options));
  const copies = await readCopies(refs);
  const all = newestFirst(copies.flatMap((copy) => copy.points));
  const sealed = dumps.flatMap(({ points: found }) => found).sort((a, b) => (a.at < b.at ? 1 : -1));
  const windows = windowsOf(all);
  const datasets = [...new Set([...copies, ...dumps.map(({ copy }) => copy)].map((copy) => copy.dataset))];
  const set = moment && consistentSet(datasets, all, sealed, moment);
  const isChosen = (dataset: string, site: string, label: string) =>
    set?.some((member) => member.dataset === dataset && member.site === site && member.label === label);
  const chosen = all.filter((point) => isChosen(point.dataset, point.site, point.label));
  const problems = [...new Set([...copies.flatMap(problemsOfCopy), ...problemsOf(dumps)])];
  if (json) {
    const asked = copies.map(({ points: _points, epochs, ...copy }) => ({
      ...copy,
      epochs: epochs.map(({ epoch }) => epoch),
      damaged: damagedManifests(epochs),
    }));
    const answer = {
      ...{ plan: plan.name, copies: asked, points: all, windows, dumps: sealed.map(pointAsJson) },
      problems,
    };
    print(JSON.stringify(moment ? { ...answer, at: moment.iso, chosen, set } : answer, undefined, 2));
  } else {
    const those = set ? sealed.filter((one) => set.some(({ label }) => label === one.point.label)) : sealed;
    const lines = [...(await rendered(moment ? chosen : all, those)), ...problems];
    for (const line of lines.length > 0 || moment ? lines : ["There is no recovery point yet."]) print(line);
    for (const { dataset: name, site: copy, epoch, from: since, until } of moment ? [] : windows)
      print(`${name} at ${copy}, epoch ${epoch}: any moment from ${since} until at most ${until}`);
    const { restoreCommand } = await import("../restore/next-command.js");
    for (const { dataset: name, loss, label, site: copy, kind, lossSeconds } of set ?? []) {
      print(`${name}: ${label === undefined ? "nothing covers it" : `${label} at ${copy}`}; lost is ${loss}`);
      if (label === undefined || copy === undefined || kind === undefined || from !== undefined) continue;
      const chosenFor = { dataset: name, kind, site: copy, label, at: lossSeconds === 0 ? at : undefined };
      print(`  look: ${restoreCommand(path, plan, chosenFor, options.store)}`);
    }
  }
  if ([...copies, ...dumps].every(({ unreachable }) => unreachable !== undefined)) return 1;
  for (const { dataset: name, label } of set ?? [])
    if (moment && label === undefined)
      throw (
        dumpsBegin(
          name,
          sealed.filter(({ copy }) => copy.dataset === name),
          moment,
        ) ?? nothingCovers(name, ofDataset(all, name), moment)
      );
  return 0;
}

async function hold(
  path: string,
  action: string,
  label: string | undefined,
  { reason, from, dataset, json, ...options }: Options & { readonly reason?: string },
): Promise<ExitCode> {
  const { EngineError } = await import("../../engines/errors.js");
  if (action !== "hold" && action !== "release")
    throw new EngineError(`points does not "${action}"`, 2, "hold or release");
  const need = (what: string, how: string) => new EngineError(`to ${action} needs ${what}`, 2, how);
  if (label === undefined) throw need("the label of a point", `points <plan> ${action} <label>`);
  if (reason === undefined) throw need("a reason, for whoever finds it held", '--reason "court order 7"');
  // It stands in the chain for good, and is shown on terminals.
  if (reason.trim() === "" || /\p{Cc}/u.test(reason))
    throw new EngineError(`--reason takes a line of text, got ${JSON.stringify(reason)}`, 2);
  const { loadPlan } = await import("../../plans/load.js");
  const { holdSealed } = await import("../sealed/points.js");
  const { holdPhysical, isPhysical } = await import("../physical/hold.js");
  const { keptDatasets } = await import("../../plan/index.js");
  const plan = await loadPlan(path);
  const kept = keptDatasets(plan).map(([name]) => name);
  const named = dataset ?? (kept.length === 1 ? kept[0] : undefined);
  if (named === undefined) throw need("its dataset", "--dataset <dataset>");
  const wanted = { ...options, dataset: named, label, entry: action, reason } as const;
  const { sites, silent } = isPhysical(label)
    ? await holdPhysical(plan, wanted)
    : await holdSealed(plan, { ...wanted, folder: await folderGiven(from) });
  if (json) print(JSON.stringify({ dataset: named, label, [action]: sites, silent }, undefined, 2));
  else print(`${label} is ${action === "hold" ? "held" : "released"} at ${sites.join(", ")}`);
  // A copy that was not asked may drop the point meanwhile: whoever holds it has to know.
  for (const { site, why } of silent)
    process.stderr.write(`secondsite: not at ${site}, which does not answer: ${why}\n`);
  return silent.length > 0 ? 3 : 0;
}

const ofDataset = (all: readonly RecoveryPoint[], dataset: string) =>
  all.filter((point) => point.dataset === dataset);

const damagedManifests = (epochs: Copy["epochs"]) => epochs.flatMap(({ chain }) => chain.faults);

/** What is wrong with a copy itself, a line each. */
const problemsOfCopy = ({ dataset, site, unreachable, epochs }: Copy): string[] => [
  ...(unreachable === undefined ? [] : [`${dataset} at ${site} does not answer: ${unreachable}`]),
  ...damagedManifests(epochs).map(({ key, problem }) => `${dataset} at ${site}: ${key}: ${problem}`),
];

/** The table of points; nothing where there are none. */
async function rendered(shown: readonly RecoveryPoint[], dumps: readonly FoundPoint[]): Promise<string[]> {
  const { table } = await import("../ui/table.js");
  const { humanBytes } = await import("../ui/bytes.js");
  const { restorableUntil, stateOf } = await import("../sealed/rows.js");
  const rows = [
    ...shown.map((point) => ({ ...point, state: restorableUntil(point) })),
    ...dumps.map((found) => ({
      ...{ dataset: found.copy.dataset, site: found.copy.site, epoch: found.epoch },
      ...{ kind: found.point.kind, label: found.point.label, finishedAt: found.point.finishedAt },
      bytes: { database: found.point.bytes.source, stored: found.point.bytes.stored },
      state: stateOf(found),
    })),
  ];
  const list = table(rows, [
    { title: "Dataset", value: ({ dataset }) => dataset },
    { title: "Copy", value: ({ site }) => site },
    { title: "Epoch", value: ({ epoch }) => String(epoch) },
    { title: "Kind", value: ({ kind }) => kind },
    { title: "Label", value: ({ label }) => label },
    { title: "Taken at", value: ({ finishedAt }) => finishedAt },
    { title: "Size", value: ({ bytes }) => humanBytes(bytes.database) },
    { title: "Stored", value: ({ bytes }) => humanBytes(bytes.stored) },
    { title: "Restorable until", value: ({ state }) => state, wrap: true },
  ]);
  return rows.length > 0 ? [list.trimEnd()] : [];
}

const print = (text: string) => process.stdout.write(`${text}\n`);
