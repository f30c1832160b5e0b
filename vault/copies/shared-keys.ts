import { dataKeyBytes } from "../envelope/envelope.js";
import { VaultError } from "../errors.js";
import { formatKeyDocument } from "../keys/key-document.js";
import {
  type KeyPurpose,
  type KeyRing,
  keyIds,
  makeKey,
  numberedKey,
  numberOf,
  type RingKey,
} from "../keys/key-ring.js";
import { openKey, signingKeyFrom } from "../keys/open-key.js";
import type { KeyProvider } from "../keys/provider.js";
import { isWrappedFor } from "../keys/rewrapping.js";

/** A key that every copy has, opened. */
export interface SharedKey {
  readonly key: RingKey;
  readonly secret: Uint8Array;
}

/**
 * The key with which all copies are written: the newest that they have in common and a key at hand opens, or a new one.
 *
 * Who only writes has no key at hand that opens; then every run has a key of its own, wrapped for those who may read.
 *
 * @param rings one for each copy; the first makes what is missing
 * @param recipients everybody who shall be able to open it
 */
export async function sharedKey(
  rings: readonly KeyRing[],
  purpose: KeyPurpose,
  recipients: readonly KeyProvider[],
  now: Date,
): Promise<SharedKey> {
  const [first] = rings;
  if (!first) throw new RangeError("no copy to keep a key at");
  // What is no key is passed over, and its number too: whoever wrote it must not stop the next backup.
  const ids = await Promise.all(rings.map((ring) => keyIds(ring, purpose)));
  const newest = Math.max(0, ...ids.flat().map(numberOf));
  const known = await Promise.all(rings.map((ring) => numberedKey(ring, purpose, newest)));
  const shared = await usable(
    first,
    purpose,
    known.filter((key) => key !== undefined),
  );
  return shared ?? (await makeKey(first, purpose, recipients, now, newest));
}

/**
 * Opens the key, unless copies differ about it, nothing at hand opens it, or what a holder opens is none: anybody may wrap for
 * a holder, and must not stop the next backup.
 *
 * @throws VaultError when a key service does not open what is wrapped by it: it is wrong, disabled or refused
 */
async function usable(
  ring: KeyRing,
  purpose: KeyPurpose,
  [key, ...others]: readonly RingKey[],
): Promise<SharedKey | undefined> {
  if (!key || others.some(({ sha256 }) => sha256 !== key.sha256)) return undefined;
  const openers = ring.keys.filter((own) => isWrappedFor(key.document.wrapped, own));
  if (openers.length === 0) return undefined;
  try {
    const secret = await openKey(ring, key);
    if (purpose === "signing") signingKeyFrom(ring, key, secret);
    else if (secret.byteLength !== dataKeyBytes) return undefined;
    return { key, secret };
  } catch (error) {
    if (!(error instanceof VaultError) || openers.some(({ kind }) => kind === "kms")) throw error;
    return undefined;
  }
}

/** Lays a key down at a copy, so that it can be restored by itself. @throws VaultError when another lies there */
export async function keepKey({ store }: KeyRing, { object, sha256, document }: RingKey): Promise<void> {
  const text = formatKeyDocument(document);
  // Looked at first: whoever may not make keys may still use those that are there.
  const there =
    (await store.get(object)) ?? ((await store.create(object, text)) ? undefined : await store.get(object));
  if (there !== undefined && Buffer.from(there).toString("utf8") !== text)
    throw new VaultError(
      `${object} at ${store.label} is another key than the one that is to be used (${sha256.slice(0, 16)}…)`,
    );
}
