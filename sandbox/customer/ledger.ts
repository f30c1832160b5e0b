import { closeSync, openSync, readFileSync, writeSync } from "node:fs";

import { z } from "zod";

import { SandboxInputError } from "../errors.js";

const moment = {
  /** Milliseconds since 1970. */
  wall: z.number(),
  /** Milliseconds on the machine's monotonic clock, which all its processes share. */
  mono: z.number(),
};
const operation = { lane: z.int(), number: z.int() };

const start = z.strictObject({
  type: z.literal("start"),
  /** Who writes. */
  name: z.string(),
  seed: z.string(),
  rows: z.int(),
  lanes: z.int(),
  ...moment,
});
const sent = z.strictObject({
  type: z.literal("sent"),
  ...operation,
  /** When it was issued; ISO 8601, milliseconds. Part of the rows. */
  at: z.string(),
  /** Where it goes; absent when the name did not resolve. */
  address: z.string().optional(),
  ...moment,
});
const ended = z.strictObject({
  type: z.enum(["committed", "failed", "unknown"]),
  ...operation,
  reason: z.string().optional(),
  /** Rows changed. */
  affected: z.int().optional(),
  ...moment,
});
const entry = z.discriminatedUnion("type", [start, sent, ended]);

/** One line of a ledger. */
export type LedgerEntry = z.infer<typeof entry>;

/** A point in time on both clocks. */
export interface Moment {
  readonly wall: number;
  readonly mono: number;
}

/** Now on both clocks. */
export function now(): Moment {
  return { wall: Date.now(), mono: Math.round(Number(process.hrtime.bigint() / 1000n)) / 1000 };
}

/** One numbered write and what its customer was told. */
export interface Attempt {
  readonly lane: number;
  readonly number: number;
  readonly at: string;
  readonly address?: string;
  readonly sent: Moment;
  /** `unknown` also when no answer was recorded at all. */
  readonly outcome: "committed" | "failed" | "unknown";
  readonly answered?: Moment;
  readonly affected?: number;
  readonly reason?: string;
}

/** What one customer did. */
export interface Ledger {
  readonly name: string;
  readonly population: { readonly seed: string; readonly rows: number; readonly lanes: number };
  readonly started: Moment;
  /** In the order of sending. */
  readonly attempts: readonly Attempt[];
}

/** Appends to a ledger; each line is with the operating system before the call returns. */
export class LedgerWriter {
  readonly #file: number;

  constructor(path: string) {
    this.#file = openSync(path, "a", 0o644);
  }

  /** Appends a line. */
  append(line: LedgerEntry): void {
    writeSync(this.#file, `${JSON.stringify(line)}\n`);
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** Reads a ledger from disk. @throws SandboxInputError naming the line that is wrong. */
export function readLedger(path: string): Ledger {
  return parseLedger(readFileSync(path, "utf8"), path);
}

/**
 * Reads a ledger. A last line without its end is left out: its writer was killed or is writing it.
 *
 * @param source named in errors.
 */
export function parseLedger(text: string, source = "ledger"): Ledger {
  const lines = text.split("\n").slice(0, -1);
  const entries = lines.map((line, at) => {
    const parsed = entry.safeParse(json(line));
    if (parsed.success) return parsed.data;
    throw new SandboxInputError(`${source}: line ${at + 1} is no entry: ${z.prettifyError(parsed.error)}`);
  });
  const [first] = entries;
  if (first?.type !== "start")
    throw new SandboxInputError(`${source}: the first line must be of type "start"`);
  const attempts = new Map<string, Attempt>();
  for (const [at, line] of entries.entries()) {
    if (line.type === "start") continue;
    const { type, lane, number, wall, mono } = line;
    const key = `${lane}/${number}`;
    const known = attempts.get(key);
    if (type === "sent" && !known) {
      const { at: issued, address } = line;
      const attempt = { lane, number, at: issued, sent: { wall, mono }, outcome: "unknown" } as const;
      attempts.set(key, address === undefined ? attempt : { ...attempt, address });
    } else if (type !== "sent" && known && !known.answered) {
      const { affected, reason } = line;
      attempts.set(key, {
        ...known,
        outcome: type,
        answered: { wall, mono },
        ...(affected === undefined ? {} : { affected }),
        ...(reason === undefined ? {} : { reason }),
      });
    } else {
      throw new SandboxInputError(`${source}: line ${at + 1}: ${type} of operation ${key} does not follow`);
    }
  }
  const { name, seed, rows, lanes, wall, mono } = first;
  return {
    name,
    population: { seed, rows, lanes },
    started: { wall, mono },
    attempts: [...attempts.values()],
  };
}

function json(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
