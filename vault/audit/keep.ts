import { setTimeout as sleep } from "node:timers/promises";
import { wordsOf } from "../errors.js";

import type { Link } from "../sequence/append.js";
import { type AnchorPlace, writeAnchor } from "./anchor.js";
import { type AuditLog, appendRecord, recordAt, type StoredRecord } from "./log.js";
import type { AuditContent } from "./record.js";
import type { Spool, Waiting } from "./spool.js";

/** Where records of operations go. */
export interface AuditPlaces {
  readonly log: AuditLog;
  /** @default none: a log that is cut at its end is not noticed */
  readonly anchors?: AnchorPlace;
  /** Where records wait that could not be stored. @default nowhere: they are only told */
  readonly spool?: Spool;
  /** Longest it may take altogether, seconds. @default 20 */
  readonly patienceSeconds?: number;
}

/** What became of a record. */
export interface Kept {
  /** The log's head, when it is stored: what to show or send where the log's keepers cannot change it. */
  readonly head?: Link;
  /** Records of earlier operations that could be stored only now. */
  readonly caughtUp: number;
  /** What did not go well, each a sentence; empty when the record is stored and anchored. */
  readonly warnings: readonly string[];
}

/**
 * Stores the record of an operation that is over, and anchors the log's head outside. Never throws and never takes
 * longer than it may: the operation's own result is not to suffer from its record.
 *
 * When the store does not answer, the record waits in the spool and is stored by the next operation on this machine; a
 * record that came to lie in the log although no answer came is found there and not stored twice.
 *
 * @param begun what has waited in the spool since the operation began. @default nothing
 */
export async function keepRecord(places: AuditPlaces, content: AuditContent, begun?: Waiting): Promise<Kept> {
  const { spool, patienceSeconds = 20 } = places;
  const deadline = new AbortController();
  const late = new Error(`${places.log.store.label} did not answer within ${patienceSeconds} s`);
  const expired = sleep(patienceSeconds * 1000, undefined, { signal: deadline.signal }).then(() => {
    throw late;
  });
  // Nobody listens any more once the record is stored.
  expired.catch(() => undefined);
  const warnings: string[] = [];
  const own = await waitingIn(spool, content, begun).catch(async (error: unknown) => {
    warnings.push(`records cannot wait in ${spool?.folder}: ${wordsOf(error)}`);
    // What it says of an operation that was cut off is not true of this one.
    await begun?.stored().catch(() => undefined);
    return undefined;
  });
  try {
    return await Promise.race([stored(places, content, own, warnings), expired]);
  } catch (error) {
    // What is late may still arrive: until this process ends nobody else is to try.
    if (error !== late) await own?.release();
    const where = own
      ? `it waits in ${own.file} for the next command`
      : `it is this: ${JSON.stringify(content)}`;
    return {
      caughtUp: 0,
      warnings: [...warnings, `the audit record was not stored: ${wordsOf(error)}; ${where}`],
    };
  } finally {
    deadline.abort();
  }
}

async function waitingIn(
  spool: Spool | undefined,
  content: AuditContent,
  begun: Waiting | undefined,
): Promise<Waiting | undefined> {
  return begun ? begun.instead(content) : spool?.add(content);
}

async function stored(
  { log, anchors, spool }: AuditPlaces,
  content: AuditContent,
  own: Waiting | undefined,
  warnings: string[],
): Promise<Kept> {
  let head: Link = own ? await storeWaiting(log, own) : await appendRecord(log, content);
  let caughtUp = 0;
  try {
    for await (const waiting of spool?.left((problem) => warnings.push(problem)) ?? []) {
      const found = await storeWaiting(log, waiting);
      if (found.sequence > head.sequence) head = found;
      caughtUp += 1;
    }
  } catch (error) {
    warnings.push(`a record of an earlier operation still waits: ${wordsOf(error)}`);
  }
  const { sequence, sha256 } = head;
  if (anchors)
    await writeAnchor(anchors, head).catch((error: unknown) => {
      warnings.push(`the audit log's head, number ${sequence}, was not anchored outside: ${wordsOf(error)}`);
    });
  return { head: { sequence, sha256 }, caughtUp, warnings };
}

async function storeWaiting(log: AuditLog, waiting: Waiting): Promise<StoredRecord> {
  try {
    const there = waiting.tried === undefined ? undefined : await recordAt(log, waiting.tried);
    const stands = there?.record.id === waiting.content.id ? there : undefined;
    const found = stands ?? (await appendRecord(log, waiting.content, { trying: waiting.trying }));
    await waiting.stored();
    return found;
  } catch (error) {
    await waiting.release();
    throw error;
  }
}
