import { fileURLToPath } from "node:url";

import { execaNode } from "execa";

import { type Column, table } from "../scripts/ui/table.js";
import { type Measured, measured } from "./check/measure.js";

/**
 * `npm run benchmark:check`: what `secondsite check` costs by the size of the plan, each size in a process of its own.
 *
 * Sought is that 2,000 datasets take less than a second of CPU and 300 MiB, and that twice as many take twice as long.
 */

const sizes = [500, 1_000, 2_000, 4_000];
const kinds = [
  { title: "Every promise holds", brokenEach: undefined },
  { title: "One dataset in ten misses its objectives, and fixes are sought", brokenEach: 10 },
];

interface Row extends Measured {
  /** CPU compared with half as many datasets. */
  readonly growth: number | undefined;
}

const columns: Column<Row>[] = [
  { title: "Datasets", value: ({ datasets }) => String(datasets) },
  { title: "CPU", value: ({ seconds }) => `${seconds.toFixed(2)} s` },
  {
    title: "for each dataset",
    value: ({ seconds, datasets }) => `${((seconds / datasets) * 1e6).toFixed(0)} µs`,
  },
  { title: "to half as many", value: ({ growth }) => (growth === undefined ? "" : `× ${growth.toFixed(2)}`) },
  { title: "Memory", value: ({ memory }) => `${Math.round(memory / 2 ** 20)} MiB` },
  { title: "Reading the plan", value: ({ reading }) => `${reading.toFixed(2)} s` },
  { title: "Findings", value: ({ findings }) => String(findings) },
  { title: "Errors", value: ({ errors }) => String(errors) },
];

async function inOwnProcess(datasets: number, brokenEach: number | undefined): Promise<Measured> {
  const { stdout } = await execaNode({
    nodeOptions: process.execArgv,
  })`${fileURLToPath(import.meta.url)} ${datasets} ${brokenEach ?? ""}`;
  return JSON.parse(stdout);
}

async function compared(): Promise<void> {
  for (const { title, brokenEach } of kinds) {
    const rows: Row[] = [];
    for (const datasets of sizes) {
      const one = await inOwnProcess(datasets, brokenEach);
      const half = rows.find((row) => row.datasets === datasets / 2);
      rows.push({ ...one, growth: half && one.seconds / half.seconds });
    }
    process.stdout.write(`${title}\n\n${table(rows, columns)}\n`);
  }
}

const [datasets, brokenEach] = process.argv.slice(2).map(Number);
if (datasets === undefined) await compared();
else process.stdout.write(JSON.stringify(measured({ datasets, ...(brokenEach ? { brokenEach } : {}) })));
