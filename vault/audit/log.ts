import pLimit from "p-limit";

import { VaultError } from "../errors.js";
import { digest } from "../manifest.js";
import type { ObjectStore } from "../object-store.js";
import { appendNumbered, type Link } from "../sequence/append.js";
import { exactText } from "../sequence/canonical.js";
import { isNumberFolder, numberedKey, numberOf } from "./keys.js";
import { type AuditContent, type AuditRecord, formatRecord, parseRecord } from "./record.js";

/** One log: where it lies and what it is called. */
export interface AuditLog {
  readonly store: ObjectStore;
  /** Start of its keys: `audit/virginia/`. */
  readonly prefix: string;
  /** Its name, in each of its records: `chat/virginia/customer`. */
  readonly name: string;
}

/** A record that came to lie in a log. */
export interface StoredRecord extends Link {
  readonly key: string;
  readonly record: AuditRecord;
}

/** An object of a log as found, whatever is in it. */
export interface FoundRecord {
  readonly key: string;
  /** Number by its key; undefined when it is nothing that belongs there. */
  readonly number: number | undefined;
  /** SHA-256 as stored. */
  readonly sha256: string;
  readonly record?: AuditRecord;
  /** Why it is none. */
  readonly problem?: string;
}

/**
 * Adds a record as the newest of a log.
 *
 * Two writers never share a number, and a write whose answer was lost is not made a second time.
 *
 * @param trying told the number before each try, so that a writer that dies knows where to look
 * @throws VaultError when the store does not answer, or when the log's last record is not as it was written
 */
export async function appendRecord(
  { store, prefix, name }: AuditLog,
  content: AuditContent,
  { trying, now = () => new Date() }: AppendOptions = {},
): Promise<StoredRecord> {
  const { key, sequence, sha256, text } = await appendNumbered(store, {
    last: () => lastRecord(store, prefix),
    keyOf: (number) => numberedKey(prefix, number),
    async text(place) {
      await trying?.(place.sequence);
      return formatRecord({
        version: 1,
        log: name,
        ...place,
        ...content,
        writtenAt: now().toISOString(),
      });
    },
  });
  return { key, sequence, sha256, record: parseRecord(text, key) };
}

/** How a record is added. */
export interface AppendOptions {
  readonly trying?: (sequence: number) => Promise<void>;
  /** @default the machine's clock */
  readonly now?: () => Date;
}

/** A record by its number; undefined when there is none. @throws VaultError when it cannot be read */
export async function recordAt(log: AuditLog, sequence: number): Promise<StoredRecord | undefined> {
  const key = numberedKey(log.prefix, sequence);
  // Listed and not just read: who may not see that a key is absent is told that it is forbidden.
  for await (const found of log.store.list(key)) {
    if (found.key !== key) continue;
    const body = await log.store.get(key);
    if (!body) return undefined;
    return { key, sequence, sha256: digest(body), record: recordIn(body, `${key} at ${log.store.label}`) };
  }
  return undefined;
}

/** Everything in a log, in order; what cannot be read says so and hides no other. */
export async function readLog({ store, prefix }: AuditLog): Promise<FoundRecord[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  const limit = pLimit(readsAtOnce);
  return Promise.all(keys.map((key) => limit(() => foundAt(store, prefix, key))));
}

const readsAtOnce = 16;

async function foundAt(store: ObjectStore, prefix: string, key: string): Promise<FoundRecord> {
  const number = numberOf(prefix, key);
  const body = await store.get(key);
  if (!body) return { key, number, sha256: "", problem: "it is listed and cannot be read" };
  const found = { key, number, sha256: digest(body) };
  try {
    return { ...found, record: recordIn(body, `${key} at ${store.label}`) };
  } catch (error) {
    if (!(error instanceof VaultError)) throw error;
    return { ...found, problem: error.message };
  }
}

const recordIn = (body: Uint8Array, label: string) => parseRecord(exactText(body, label), label);

async function lastRecord(store: ObjectStore, prefix: string): Promise<Link | undefined> {
  const folders = (await store.folders(prefix)).filter(isNumberFolder).sort().reverse();
  for (const folder of folders) {
    let newest: string | undefined;
    for await (const { key } of store.list(`${prefix}${folder}/`))
      if (numberOf(prefix, key) !== undefined) newest = key;
    if (newest === undefined) continue;
    const { number: sequence = 0, sha256, record, problem } = await foundAt(store, prefix, newest);
    if (record?.sequence === sequence) return { sequence, sha256 };
    throw new VaultError(
      `the last record of the audit log, ${newest} at ${store.label}, is not as it was written: ${problem ?? `it says that it is number ${record?.sequence}`}`,
      "secondsite audit says what is damaged; nothing is added until it is mended",
    );
  }
  return undefined;
}
