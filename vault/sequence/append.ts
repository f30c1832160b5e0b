import { digest } from "../manifest.js";
import type { ObjectStore } from "../object-store.js";

/** An object of a numbered sequence, as the next one links to it. */
export interface Link {
  readonly sequence: number;
  /** SHA-256 as stored, hexadecimal. */
  readonly sha256: string;
}

/** The place that a new object gets. */
export interface Place {
  /** From 1, without a gap. */
  readonly sequence: number;
  /** SHA-256 of the object before it; absent on the first. */
  readonly previous?: string;
}

/** How a sequence is written. */
export interface Sequence {
  /** The newest object. @throws VaultError when it is not in its place: nothing is built on what is damaged */
  last(): Promise<Link | undefined>;
  keyOf(sequence: number): string;
  /** The object's text in its place. No two writers may make the same one. */
  text(place: Place): string | Promise<string>;
}

/** What was appended, and where it came to lie. */
export interface Appended extends Link {
  readonly key: string;
  readonly text: string;
}

/**
 * Adds an object as the newest of a numbered sequence.
 *
 * Two writers never share a number: the key is created, not overwritten, and the loser links to the winner. A write
 * whose answer was lost is recognised by its content and not repeated under the next number.
 */
export async function appendNumbered(store: ObjectStore, { last, keyOf, text }: Sequence): Promise<Appended> {
  for (;;) {
    const before = await last();
    const sequence = (before?.sequence ?? 0) + 1;
    const body = await text({ sequence, ...(before ? { previous: before.sha256 } : {}) });
    const key = keyOf(sequence);
    const appended = { key, sequence, sha256: digest(body), text: body };
    if (await store.create(key, body)) return appended;
    const there = await store.get(key);
    if (there && Buffer.from(there).toString("utf8") === body) return appended;
  }
}
