import type { Applied } from "./expect.js";
import type { Attempt, Ledger } from "./ledger.js";

/** A number that a database has. */
export interface Present {
  readonly lane: number;
  readonly number: number;
}

/** How a database compares with what a customer was told. */
export interface Survey {
  /** Operations that the database has, with what they wrote; input of `expectedContent`. */
  readonly applied: readonly Applied[];
  /** Told committed and not there. */
  readonly lost: readonly Attempt[];
  /** Outcome unknown to the customer and there; either is right. */
  readonly unknownKept: readonly Attempt[];
  /** There although the customer was told that it failed. */
  readonly phantoms: readonly Attempt[];
  /** There although nobody sent it. */
  readonly strangers: readonly Present[];
  /** Lost although a later operation of its lane, also sent before the cut, is there: not a prefix. */
  readonly holes: readonly Attempt[];
}

/**
 * Compares a database's operations with a ledger.
 *
 * A database that was restored to some moment has a prefix of what each lane had committed before the cut,
 * and all that was committed after it. `holes`, `phantoms` and `strangers` are empty for every honest one.
 *
 * @param cut when the primary was lost, on the monotonic clock in milliseconds.
 * @default cut the end of time: nothing may be missing in the middle
 */
export function survey(ledger: Ledger, present: readonly Present[], cut = Number.POSITIVE_INFINITY): Survey {
  const there = new Set(present.map(key));
  const known = new Set(ledger.attempts.map(key));
  const kept = ledger.attempts.filter((attempt) => there.has(key(attempt)));
  const lost = ledger.attempts.filter(
    (attempt) => attempt.outcome === "committed" && !there.has(key(attempt)),
  );
  const newest = new Map<number, number>();
  for (const { lane, number, sent } of kept) {
    if (sent.mono <= cut) newest.set(lane, Math.max(number, newest.get(lane) ?? 0));
  }
  return {
    applied: kept.map(({ lane, number, at }) => ({ lane, number, at })),
    lost,
    unknownKept: kept.filter(({ outcome }) => outcome === "unknown"),
    phantoms: kept.filter(({ outcome }) => outcome === "failed"),
    strangers: present.filter((operation) => !known.has(key(operation))),
    holes: lost.filter(({ lane, number, sent }) => sent.mono > cut || number < (newest.get(lane) ?? 0)),
  };
}

/** What was lost, as objectives count it. */
export interface Loss {
  /** Rows whose change the customer was told committed and cannot find. */
  readonly rows: number;
  /** Operations they belong to. */
  readonly operations: number;
  /** From the newest surviving commit before the cut to the newest lost one; 0 when none is lost. */
  readonly seconds: number;
}

/**
 * Measures the loss (RPO).
 *
 * @param cut when the primary was lost, on the monotonic clock in milliseconds.
 */
export function loss(ledger: Ledger, { lost }: Survey, cut: number): Loss {
  const gone = new Set(lost.map(key));
  const survivors = ledger.attempts.filter(
    (attempt) => attempt.outcome === "committed" && attempt.sent.mono <= cut && !gone.has(key(attempt)),
  );
  const newestLost = newestAnswer(lost) ?? 0;
  const newestKept = newestAnswer(survivors) ?? ledger.started.mono;
  return {
    rows: lost.reduce((sum, { affected }) => sum + (affected ?? 0), 0),
    operations: lost.length,
    seconds: Math.max(0, newestLost - newestKept) / 1000,
  };
}

/**
 * Measures how long the customer could not write (RTO): from the cut to the answer of the first write that
 * was sent after it and committed, in seconds; undefined when there is none.
 *
 * @param cut when the primary was lost, on the monotonic clock in milliseconds.
 * @param except addresses whose answers do not count, such as an old primary's that is still up.
 */
export function recovery(ledger: Ledger, cut: number, except: readonly string[] = []): number | undefined {
  const answers = ledger.attempts
    .filter(
      ({ outcome, sent, address }) =>
        outcome === "committed" && sent.mono > cut && !except.includes(address ?? ""),
    )
    .flatMap(({ answered }) => (answered ? [answered.mono] : []));
  return answers.length > 0 ? (Math.min(...answers) - cut) / 1000 : undefined;
}

function newestAnswer(attempts: readonly Attempt[]): number | undefined {
  return attempts.reduce<number | undefined>(
    (newest, { answered }) => (answered && answered.mono > (newest ?? -1) ? answered.mono : newest),
    undefined,
  );
}

function key({ lane, number }: Present): string {
  return `${lane}/${number}`;
}
