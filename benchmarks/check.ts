// As the command itself.
import "../scripts/bin/brief.mjs";
import { fileURLToPath } from "node:url";

import { execaNode } from "execa";

import { type Column, table } from "../scripts/ui/table.js";
import { type Measured, measured } from "./check/measure.js";

/**
 * `npm run benchmark:check`: what `secondsite check` costs by the size of the plan, each plan in a process of its own:
 * one of which every promise holds, and beside it one of which a dataset in ten misses its objectives, so that fixes
 * are sought.
 *
 * Sought is that 2,000 datasets take less than a second of CPU and 300 MiB, and that twice as many take twice as long.
 */

const sizes = [500, 1_000, 2_000, 4_000];
const brokenEach = 10;

interface Row {
  readonly holds: Measured;
  readonly broken: Measured;
  /** The row with half as many datasets. */
  readonly half: Row | undefined;
}

const cpu = ({ seconds }: Measured) => `${seconds.toFixed(2)} s`;
const growth = (now: Measured, half: Measured | undefined) =>
  half ? `× ${(now.seconds / half.seconds).toFixed(2)}` : "";
const mebibytes = ({ memory }: Measured) => `${Math.round(memory / 2 ** 20)} MiB`;

const columns: Column<Row>[] = [
  { title: "Datasets", value: ({ holds }) => String(holds.datasets) },
  { title: "All holds", value: ({ holds }) => cpu(holds) },
  { title: "to half as many", value: ({ holds, half }) => growth(holds, half?.holds) },
  { title: "Memory", value: ({ holds }) => mebibytes(holds) },
  { title: `One in ${brokenEach} broken`, value: ({ broken }) => cpu(broken) },
  { title: "to half as many", value: ({ broken, half }) => growth(broken, half?.broken) },
  { title: "Memory", value: ({ broken }) => mebibytes(broken) },
  { title: "Errors", value: ({ broken }) => String(broken.errors) },
  { title: "Findings", value: ({ broken }) => String(broken.findings) },
  { title: "Reading the plan", value: ({ broken }) => `${broken.reading.toFixed(2)} s` },
];

async function inOwnProcess(datasets: number, broken?: number): Promise<Measured> {
  const { stdout } = await execaNode({
    nodeOptions: process.execArgv,
  })`${fileURLToPath(import.meta.url)} ${datasets} ${broken ?? ""}`;
  return JSON.parse(stdout);
}

async function compared(): Promise<void> {
  const rows: Row[] = [];
  for (const datasets of sizes)
    rows.push({
      holds: await inOwnProcess(datasets),
      broken: await inOwnProcess(datasets, brokenEach),
      half: rows.at(-1),
    });
  process.stdout.write(`${table(rows, columns)}\n`);
}

const [datasets, broken] = process.argv.slice(2).map(Number);
if (datasets === undefined) await compared();
else process.stdout.write(JSON.stringify(measured({ datasets, ...(broken ? { brokenEach: broken } : {}) })));
