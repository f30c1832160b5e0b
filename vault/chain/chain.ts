import pLimit from "p-limit";

import { VaultError } from "../errors.js";
import { digest, type Manifest, manifestKey, parseManifest } from "../manifest.js";
import { type ObjectStore, readsAtOnce } from "../object-store.js";
import { appendNumbered, type Link } from "../sequence/append.js";
import { exactText } from "../sequence/canonical.js";
import { type ChainEntry, type EntryContent, formatEntry, parseEntry, signedText } from "./entry.js";
import type { Signer } from "./signer.js";

/** An object of a chain as found, whatever is in it. */
export interface FoundEntry {
  readonly key: string;
  /** SHA-256 as stored. */
  readonly sha256: string;
  readonly entry?: ChainEntry;
  /** What the entry's signature has to fit. */
  readonly signed?: string;
  /** As the first vaults wrote it: unsigned. */
  readonly unsigned?: Manifest;
  /** Why it is neither. */
  readonly problem?: string;
}

/** Everything under a chain's prefix, in order; one that cannot be read says so and hides no other. */
export async function readChain(store: ObjectStore, prefix: string): Promise<FoundEntry[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  return pLimit(readsAtOnce).map(keys, async (key) => {
    const body = await store.get(key);
    return body
      ? foundEntry(key, body, store.label)
      : { key, sha256: "", problem: "it is listed and cannot be read" };
  });
}

function foundEntry(key: string, body: Uint8Array, label: string): FoundEntry {
  const sha256 = digest(body);
  const where = `${key} at ${label}`;
  try {
    const text = exactText(body, where);
    return isFirstVersion(text)
      ? { key, sha256, unsigned: parseManifest(text, where) }
      : { key, sha256, entry: parseEntry(text, where), signed: signedText(text) };
  } catch (error) {
    if (!(error instanceof VaultError)) throw error;
    return { key, sha256, problem: error.message };
  }
}

function isFirstVersion(text: string): boolean {
  try {
    return (JSON.parse(text) as { version?: unknown } | null)?.version === 1;
  } catch {
    return false;
  }
}

/** Where an entry came to lie. */
export interface Appended {
  readonly key: string;
  readonly sha256: string;
  readonly entry: ChainEntry;
}

/**
 * Adds an entry as the newest of a chain, signed.
 *
 * Two writers never share a number: the key is created, not overwritten, and the loser links to the winner. A write
 * whose answer was lost is recognised by its content and not repeated under the next number.
 *
 * @throws VaultError when the chain's last entry is not in its place: nothing is built on what is damaged
 */
export async function appendEntry(
  store: ObjectStore,
  prefix: string,
  content: EntryContent,
  signer: Signer,
  now: () => Date = () => new Date(),
): Promise<Appended> {
  const { key, sha256, text } = await appendNumbered(store, {
    last: () => lastOf(store, prefix),
    keyOf: (sequence) => manifestKey(prefix, sequence),
    text(place) {
      const bare = { version: 2, ...content, ...place, writtenAt: now().toISOString() };
      const value = signer.sign(formatEntry(bare));
      const signature = { key: signer.key, signer: signer.fingerprint, value };
      const signed = formatEntry({ ...bare, signature });
      // What would not be read again is not written.
      parseEntry(signed, manifestKey(prefix, place.sequence));
      return signed;
    },
  });
  return { key, sha256, entry: parseEntry(text, key) };
}

async function lastOf(store: ObjectStore, prefix: string): Promise<Link | undefined> {
  let key: string | undefined;
  for await (const object of store.list(prefix)) key = object.key;
  if (key === undefined) return undefined;
  const body = await store.get(key);
  const found = body && foundEntry(key, body, store.label);
  const sequence = found?.entry?.sequence ?? found?.unsigned?.sequence;
  if (!found || sequence === undefined || manifestKey(prefix, sequence) !== key)
    throw new VaultError(
      `the last entry of the chain, ${key} at ${store.label}, is not as it was written: ${found?.problem ?? "its number is another"}`,
      "secondsite verify says what is damaged; nothing is added until it is mended",
    );
  return { sequence, sha256: found.sha256 };
}
