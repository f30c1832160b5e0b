import { type Column, table } from "../scripts/ui/table.js";
import type { RunFigures } from "./logical/run.js";

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
  readonly hand: readonly number[];
  readonly engine: readonly number[];
}

const seconds = (values: readonly number[]) =>
  `${median(values).toFixed(2)} s (${Math.min(...values).toFixed(1)}–${Math.max(...values).toFixed(1)})`;

const columns: Column<Row>[] = [
  { title: "Median (range)", value: ({ title }) => title },
  { title: "By hand", value: ({ hand }) => seconds(hand) },
  { title: "Engine", value: ({ engine }) => seconds(engine) },
  { title: "Ratio", value: ({ hand, engine }) => `× ${(median(engine) / median(hand)).toFixed(2)}` },
  {
    title: "Median of ratios",
    // Each pair ran right after one another: what else the machine did touches both alike.
    value: ({ hand, engine }) =>
      `× ${median(engine.map((value, at) => value / (hand[at] ?? Number.NaN))).toFixed(2)}`,
  },
];

/** Both ways side by side. */
export function summary(
  what: string,
  { hand, engine }: Readonly<Record<"hand" | "engine", readonly RunFigures[]>>,
): string {
  const row = (title: string, of: keyof RunFigures): Row => ({
    title: `${what}, ${title}`,
    hand: hand.map((run) => run[of]),
    engine: engine.map((run) => run[of]),
  });
  return table([row("time", "seconds"), row("CPU", "processor")], columns, 200);
}
