import { type Column, table } from "../scripts/ui/table.js";

/** What one run took. */
export interface RunFigures {
  /** From the first step to the last, in seconds. */
  readonly seconds: number;
  /** Seconds of CPU of its process, its children and the servers that worked for it. */
  readonly processor: number;
}

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

/** Each pair ran right after one another: what else the machine did touches both alike. */
const ratio = (values: readonly number[], toHand: readonly number[]) =>
  `× ${median(values.map((value, at) => value / (toHand[at] ?? Number.NaN))).toFixed(2)}`;

/**
 * What is done by hand and what the engine does, side by side; a ratio is the median of those of each round.
 *
 * @param how for people, where there are several ways: ", rows hashed"
 */
export function summary(
  what: string,
  { hand, engine }: Readonly<Record<"hand" | "engine", readonly RunFigures[]>>,
  how = "",
): string {
  const columns: Column<Row>[] = [
    { title: "Median (range)", value: ({ title }) => title },
    { title: `By hand${how}`, value: (row) => seconds(row.hand) },
    { title: `Engine${how}`, value: (row) => seconds(row.engine) },
    { title: "to by hand", value: (row) => ratio(row.engine, row.hand) },
  ];
  const row = (title: string, figure: keyof RunFigures): Row => ({
    title: `${what}, ${title}`,
    hand: hand.map((run) => run[figure]),
    engine: engine.map((run) => run[figure]),
  });
  return table([row("time", "seconds"), row("CPU", "processor")], columns, 200);
}
