import { randomBytes } from "node:crypto";

import { VaultError } from "../errors.js";
import { wrapForEach } from "../keys/key-document.js";
import {
  contextOf,
  type KeyPurpose,
  keyIds,
  makeKey,
  numberedKey,
  numberOf,
  type RingKey,
} from "../keys/key-ring.js";
import { openKey } from "../keys/open-key.js";
import type { KeyProvider } from "../keys/provider.js";
import { isWrappedFor } from "../keys/rewrapping.js";
import type { DatasetCopy } from "./dataset-copy.js";
import { keepKey } from "./shared-keys.js";

/** What became of a rotation of one key. */
export interface RotatedKey {
  readonly purpose: KeyPurpose;
  /** The key that is used from now on. */
  readonly id: string;
  /** Whether a rotation that was broken off was carried to its end, instead of making one key more. */
  readonly finished: boolean;
  /** Sites that have it. */
  readonly sites: readonly string[];
}

/** Milliseconds for which a key that is not at every copy is what a broken-off rotation made. */
const freshFor = 3_600_000;

/**
 * Whether every key at hand that wraps will also open: the keys are asked, and nothing is written.
 *
 * @throws VaultError that names the key that is wrong, disabled or not at hand
 */
export async function proveRecipients(
  copies: readonly DatasetCopy[],
  purposes: readonly KeyPurpose[],
  recipients: readonly KeyProvider[],
): Promise<void> {
  const [first] = copies;
  if (!first) return;
  for (const purpose of purposes) {
    const trial = contextOf(first.ring, `${purpose}-000000`);
    const secret = randomBytes(32);
    const wrapped = await wrapForEach(secret, trial, recipients);
    // What only wraps needs nothing at hand; a key service that is at hand has to give back what it was given.
    for (const key of first.ring.keys.filter(({ kind }) => kind === "kms")) {
      const own = wrapped.find((one) => one.kind === key.kind && one.key === key.key);
      if (own && !secret.equals(Buffer.from(await key.unwrap(own.ciphertext, trial))))
        throw new VaultError(`${key.key} does not give back what it wrapped`);
      await opensPresent(first, purpose, key);
    }
  }
}

/** A key service that cannot open the present key is another than the one that wrapped it. */
async function opensPresent({ ring }: DatasetCopy, purpose: KeyPurpose, key: KeyProvider): Promise<void> {
  const newest = numberOf((await keyIds(ring, purpose)).at(-1));
  const present = await numberedKey(ring, purpose, newest);
  if (!present || !isWrappedFor(present.document.wrapped, key)) return;
  try {
    await openKey({ ...ring, keys: [key] }, present);
  } catch (cause) {
    if (!(cause instanceof VaultError)) throw cause;
    throw new VaultError(
      `the present key is not opened by the key that shall wrap the next: ${cause.message}`,
      "secondsite keys rewrap <plan> --identity <file> wraps older keys by a new one first",
      { cause },
    );
  }
}

/**
 * Makes the next key of a purpose and lays it at every copy; older ones stay for what they sealed or signed.
 *
 * It comes to lie at the last copy last: give the one that a tool takes its key from there, and whoever is killed in
 * between leaves it on the key that all have. Run again, it carries on what was broken off.
 *
 * @throws VaultError when no recipient can be wrapped for, before anything is written, or a store fails
 */
export async function rotateAt(
  copies: readonly DatasetCopy[],
  purpose: KeyPurpose,
  recipients: readonly KeyProvider[],
  now: Date,
): Promise<RotatedKey> {
  const [first, ...others] = copies;
  if (!first) throw new RangeError("no copy to keep a key at");
  const ids = await Promise.all(copies.map(({ ring }) => keyIds(ring, purpose)));
  const newest = Math.max(0, ...ids.flat().map(numberOf));
  const begun = await brokenOff(copies, purpose, newest, recipients, now);
  const sites = copies.map(({ site }) => site);
  if (begun) {
    for (const { ring } of copies) await keepKey(ring, begun);
    return { purpose, id: begun.id, finished: true, sites };
  }
  const { key, secret } = await makeKey(first.ring, purpose, recipients, now, newest);
  secret.fill(0);
  for (const { ring } of others) await keepKey(ring, key);
  return { purpose, id: key.id, finished: false, sites };
}

/** The newest key where a rotation that was killed has just made it and not laid it everywhere. */
async function brokenOff(
  copies: readonly DatasetCopy[],
  purpose: KeyPurpose,
  newest: number,
  recipients: readonly KeyProvider[],
  now: Date,
): Promise<RingKey | undefined> {
  const found = await Promise.all(copies.map(({ ring }) => numberedKey(ring, purpose, newest)));
  const [key, ...same] = found.filter((one) => one !== undefined);
  if (!key || found.every((one) => one !== undefined)) return undefined;
  const fresh = now.getTime() - Date.parse(key.document.createdAt) < freshFor;
  const { wrapped } = key.document;
  // For everybody, and for nobody else: one that left may be why it is rotated.
  const asWanted =
    recipients.every((recipient) => isWrappedFor(wrapped, recipient)) &&
    wrapped.every((one) => recipients.some((recipient) => isWrappedFor([one], recipient)));
  return fresh && asWanted && same.every(({ sha256 }) => sha256 === key.sha256) ? key : undefined;
}
