import type { RecoveryPoint } from "../../engines/postgres/points.js";
import type { Copy } from "../../engines/postgres/points-copies.js";
import type { CommandModule, ExitCode } from "../command.js";

const help = `
A direct copy that does not answer is reported and hides no other. A point is restorable from its end until its log
ends; that end is shown as when the newest stored log segment was stored, so the last commit in it is a little earlier.

Exit codes: 0 listed, 1 no copy answers, or nothing covers the time, 2 bad input.

Example:
  $ secondsite points plans/kubernetes-chat.ts
  $ secondsite points plans/kubernetes-chat.ts --at 2026-03-01T14:30:00Z --site oregon`;

/** `secondsite points`: recovery points, found by listing the copies themselves. */
export const points: CommandModule = {
  register(program, done) {
    program
      .command("points <plan>")
      .description("Lists recovery points and what can be restored from them, newest first.")
      .option("--site <site>", "only this site's copies")
      .option("--dataset <dataset>", "only this dataset")
      .option("--at <time>", "show the point from which this moment would be restored (ISO 8601 with zone)")
      .option("--json", "print them as JSON", false)
      .addHelpText("after", help)
      .action(async (path, options) => done(await list(path, options)));
  },
};

interface Options {
  readonly site?: string;
  readonly dataset?: string;
  readonly at?: string;
  readonly json: boolean;
}

async function list(path: string, { site, dataset, at, json }: Options): Promise<ExitCode> {
  const { loadPlan } = await import("../../plans/load.js");
  const { copiesOf, readCopies } = await import("../../engines/postgres/points-copies.js");
  const { newestFirst, nothingCovers, pointFor, windowsOf } = await import(
    "../../engines/postgres/points.js"
  );
  const { parseMoment } = await import("../../engines/moment.js");
  const moment = at === undefined ? undefined : parseMoment(at);
  const plan = await loadPlan(path);
  const wanted = { ...(site === undefined ? {} : { site }), ...(dataset === undefined ? {} : { dataset }) };
  const copies = await readCopies(copiesOf(plan, wanted));
  const all = newestFirst(copies.flatMap((copy) => copy.points));
  const windows = windowsOf(all);
  const datasets = [...new Set(copies.map((copy) => copy.dataset))];
  const chosen = moment && datasets.flatMap((name) => pointFor(ofDataset(all, name), moment) ?? []);
  if (json) {
    const asked = copies.map(({ points: _points, epochs, ...copy }) => ({
      ...copy,
      epochs: epochs.map(({ epoch }) => epoch),
      damaged: damagedManifests(epochs),
    }));
    const answer = { plan: plan.name, copies: asked, points: all, windows };
    print(JSON.stringify(moment ? { ...answer, at: moment.iso, chosen } : answer, undefined, 2));
  } else {
    print(await rendered(copies, moment ? (chosen ?? []) : all));
    for (const { dataset: name, site: copy, epoch, from, until } of moment ? [] : windows)
      print(`${name} at ${copy}, epoch ${epoch}: any moment from ${from} until at most ${until}`);
  }
  if (copies.every(({ unreachable }) => unreachable !== undefined)) return 1;
  for (const name of moment ? datasets : [])
    if (moment && !chosen?.some((point) => point.dataset === name))
      throw nothingCovers(name, ofDataset(all, name), moment);
  return 0;
}

const ofDataset = (all: readonly RecoveryPoint[], dataset: string) =>
  all.filter((point) => point.dataset === dataset);

const damagedManifests = (epochs: Copy["epochs"]) => epochs.flatMap(({ chain }) => chain.faults);

async function rendered(copies: readonly Copy[], shown: readonly RecoveryPoint[]): Promise<string> {
  const { table } = await import("../ui/table.js");
  const { humanBytes } = await import("../ui/bytes.js");
  const problems = copies.flatMap(({ dataset, site, unreachable, epochs }) => [
    ...(unreachable === undefined ? [] : [`${dataset} at ${site} does not answer: ${unreachable}`]),
    ...damagedManifests(epochs).map(({ key, problem }) => `${dataset} at ${site}: ${key}: ${problem}`),
  ]);
  const list = table(shown, [
    { title: "Dataset", value: ({ dataset }) => dataset },
    { title: "Copy", value: ({ site }) => site },
    { title: "Epoch", value: ({ epoch }) => String(epoch) },
    { title: "Kind", value: ({ kind }) => kind },
    { title: "Label", value: ({ label }) => label },
    { title: "Taken at", value: ({ finishedAt }) => finishedAt },
    { title: "Size", value: ({ bytes }) => humanBytes(bytes.database) },
    { title: "Stored", value: ({ bytes }) => humanBytes(bytes.stored) },
    { title: "Restorable until", value: restorable, wrap: true },
  ]);
  return [...(shown.length > 0 ? [list] : []), ...problems].join("\n");
}

const restorable = ({ until, problem }: RecoveryPoint) =>
  problem === undefined ? (until ?? "its own end only") : `NOT: ${problem}`;

const print = (text: string) => process.stdout.write(`${text}\n`);
