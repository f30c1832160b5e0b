import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { execaNode } from "execa";

import type { RunFigures } from "./summary.js";

/** What is done in turn. */
export interface Rounds<Way extends string> {
  /** For people: `backup`. */
  readonly what: string;
  readonly ways: readonly Way[];
  readonly runs: number;
  /** One run, measured. @param nr counts from 1 */
  readonly run: (by: Way, nr: number) => Promise<RunFigures>;
  readonly say: (line: string) => void;
}

/** Has everybody do the same, round after round. Who goes first changes, so that nobody always finds what another left. */
export async function rounds<Way extends string>({
  what,
  ways,
  runs,
  run,
  say,
}: Rounds<Way>): Promise<Record<Way, RunFigures[]>> {
  const all = Object.fromEntries(ways.map((way) => [way, []])) as unknown as Record<Way, RunFigures[]>;
  for (let nr = 1; nr <= runs; nr += 1)
    for (const by of nr % 2 === 1 ? ways : ways.toReversed()) {
      const figures = await run(by, nr);
      all[by].push(figures);
      say(
        `${what} ${nr} by ${by}: ${figures.seconds.toFixed(2)} s, ${figures.processor.toFixed(2)} s of CPU`,
      );
    }
  return all;
}

/** Has a benchmark's own file do one order, in a process that nothing else has warmed up. @param file its URL */
export async function inOwnProcess(file: string, order: unknown): Promise<RunFigures> {
  const { stdout } = await execaNode({
    nodeOptions: process.execArgv,
  })`${fileURLToPath(file)} --order ${JSON.stringify(order)}`;
  return JSON.parse(stdout);
}

/**
 * Does what a benchmark's own file was called for: one order, whose figures go to standard output, or all of them.
 *
 * @param compared all rounds: the size of the data, the rounds, and the file that what is said is kept in
 */
export async function benchmark<Order>(
  measuredRun: (order: Order) => Promise<RunFigures>,
  compared: (size: number, runs: number, log: string | undefined) => Promise<void>,
): Promise<void> {
  const { values } = parseArgs({
    options: {
      size: { type: "string", default: "1" },
      runs: { type: "string", default: "5" },
      log: { type: "string" },
      order: { type: "string" },
    },
  });
  if (values.order !== undefined)
    process.stdout.write(JSON.stringify(await measuredRun(JSON.parse(values.order))));
  else await compared(Number(values.size), Number(values.runs), values.log);
}
