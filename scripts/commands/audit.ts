import type { AuditRecord } from "../../vault/index.js";
import type { ReadAudit } from "../audit/read.js";
import type { CommandModule, ExitCode } from "../command.js";
import { storeOption } from "../sealed/options.js";

const help = `
Each vault that jobs write to has a log; each record names the one before it by checksum, and the newest is noted at
another site, so that a record edited, moved, removed or inserted, and a log cut at its end, are found: the first bad
record is named. Every log is checked from its first record to its last, whatever is shown.

Exit codes: 0 every log is as it was written, 1 one is not, or it or its anchors do not answer, 2 bad input.

Example:
  $ secondsite audit plans/kubernetes-chat.ts
  $ secondsite audit plans/kubernetes-chat.ts --site oregon --last 1000 --json`;

/** `secondsite audit`: who did what when, and whether the record of it can be trusted. */
export const audit: CommandModule = {
  register(program, done) {
    program
      .command("audit <plan>")
      .description("Lists the operations that were recorded, newest first, and checks the record.")
      .option("--site <site>", "only this site's log")
      .option("--last <number>", "how many operations are shown", "20")
      .addOption(storeOption())
      .option("--json", "print it as JSON", false)
      .addHelpText("after", help)
      .action(async (path, options) => done(await show(path, options)));
  },
};

interface Options {
  readonly site?: string;
  readonly last: string;
  readonly store?: string[];
  readonly json: boolean;
}

async function show(path: string, { last, json, ...wanted }: Options): Promise<ExitCode> {
  const { wholeGiven } = await import("../options.js");
  const { loadPlan } = await import("../../plans/load.js");
  const { readAudits } = await import("../audit/read.js");
  const most = wholeGiven("--last", last, 1);
  const plan = await loadPlan(path);
  const logs = await readAudits(plan, wanted);
  const good = logs.every(({ faults, unreachable }) => faults.length === 0 && unreachable === undefined);
  const records = logs
    .flatMap((log) => log.records)
    .toSorted((a, b) => Date.parse(b.startedAt) - Date.parse(a.startedAt))
    .slice(0, most);
  if (json) {
    const checked = logs.map(({ records: all, ...log }) => ({ ...log, records: all.length }));
    process.stdout.write(
      `${JSON.stringify({ plan: plan.name, good, logs: checked, records }, undefined, 2)}\n`,
    );
  } else process.stdout.write(`${await rendered(records)}${logs.map(judged).join("")}`);
  return good ? 0 : 1;
}

async function rendered(records: readonly AuditRecord[]): Promise<string> {
  if (records.length === 0) return "";
  const { table } = await import("../ui/table.js");
  const list = table(records, [
    { title: "Begun", value: ({ startedAt }) => whole(startedAt) },
    { title: "Took", value: took },
    { title: "Operation", value: ({ operation, details }) => [operation, details.kind].join(" ").trim() },
    { title: "Dataset", value: ({ dataset = "-" }) => dataset },
    { title: "Site", value: ({ site = "-" }) => site },
    { title: "Outcome", value: ({ outcome, exitCode }) => `${outcome} (${exitCode})` },
    { title: "Who", value: ({ who }) => who.identity ?? `${who.user}@${who.host}`, wrap: true },
    { title: "Point", value: ({ point = "-" }) => point },
  ]);
  // In a column of what is left of a line, a reason would be as tall as a page.
  const reasons = records.flatMap(({ startedAt, operation, message }) =>
    message === undefined ? [] : [`${whole(startedAt)} ${operation}: ${message}\n`],
  );
  return `${list}\n${reasons.length > 0 ? `${reasons.join("")}\n` : ""}`;
}

/** A time without its part of a second. */
const whole = (time: string) => time.replace(/\.\d+Z$/, "Z");

const took = ({ startedAt, finishedAt }: AuditRecord) =>
  `${((Date.parse(finishedAt) - Date.parse(startedAt)) / 1_000).toFixed(1)} s`;

function judged({ log, anchoredAt, anchoredUpTo, head, faults, unreachable }: ReadAudit): string {
  const held =
    anchoredAt === undefined
      ? "nothing outside holds its end"
      : `held at ${anchoredAt} up to number ${anchoredUpTo}`;
  const newest = head ? `${head.sequence} records, the last ${head.sha256.slice(0, 16)}…` : "no records";
  const bad = faults.length > 0 || unreachable !== undefined;
  return [
    `${bad ? "✖" : "✔"} ${log}: ${newest}; ${held}`,
    ...(unreachable === undefined ? [] : [`    does not answer: ${unreachable}`]),
    ...faults.map(({ index, key, problem }) => `    record ${index}, ${key}: ${problem}`),
    "",
  ].join("\n");
}
