import { type Column, table } from "../scripts/ui/table.js";
import type { RunFigures, Way } from "./logical/run.js";

/** The middle one; of an even number, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [low = Number.NaN, high = Number.NaN] = [
    sorted[Math.floor((sorted.length - 1) / 2)],
    sorted[Math.floor(sorted.length / 2)],
  ];
  return (low + high) / 2;
}

interface Row {
  readonly title: string;
  readonly of: Readonly<Record<Way, readonly number[]>>;
}

const seconds = (values: readonly number[]) =>
  `${median(values).toFixed(2)} s (${Math.min(...values).toFixed(1)}–${Math.max(...values).toFixed(1)})`;

/** Each pair ran right after one another: what else the machine did touches both alike. */
const ratio = (values: readonly number[], toHand: readonly number[]) =>
  `× ${median(values.map((value, at) => value / (toHand[at] ?? Number.NaN))).toFixed(2)}`;

const columns: Column<Row>[] = [
  { title: "Median (range)", value: ({ title }) => title },
  { title: "By hand", value: ({ of }) => seconds(of.hand) },
  { title: "Engine, rows counted", value: ({ of }) => seconds(of.counting) },
  { title: "to by hand", value: ({ of }) => ratio(of.counting, of.hand) },
  { title: "Engine, rows hashed", value: ({ of }) => seconds(of.engine) },
  { title: "to by hand", value: ({ of }) => ratio(of.engine, of.hand) },
];

/** All ways side by side; a ratio is the median of those of each round. */
export function summary(what: string, runs: Readonly<Record<Way, readonly RunFigures[]>>): string {
  const row = (title: string, figure: keyof RunFigures): Row => ({
    title: `${what}, ${title}`,
    of: {
      hand: runs.hand.map((run) => run[figure]),
      counting: runs.counting.map((run) => run[figure]),
      engine: runs.engine.map((run) => run[figure]),
    },
  });
  return table([row("time", "seconds"), row("CPU", "processor")], columns, 200);
}
