import { createHash, createPublicKey, type KeyObject } from "node:crypto";

import { VaultError } from "../errors.js";
import { type KeyRing, type RingKey, ringKeys } from "./key-ring.js";

/** Public keys that are trusted to sign, by fingerprint. */
export type TrustedSigners = ReadonlyMap<string, KeyObject>;

/** SHA-256 of a public key's SPKI form, hexadecimal: what is kept outside to know a signer by. */
export function fingerprintOf(publicKey: KeyObject): string {
  return createHash("sha256")
    .update(publicKey.export({ format: "der", type: "spki" }))
    .digest("hex");
}

/**
 * The signing keys that lie in a dataset's vault; needs no secret.
 *
 * @param known fingerprints kept outside the vault. @default all that are found are trusted, which notices every change
 *   but that of a whole chain together with its key
 * @param spoiled see `ringKeys`
 */
export async function signersIn(
  ring: KeyRing,
  known?: ReadonlySet<string>,
  spoiled?: (object: string, problem: string) => void,
): Promise<TrustedSigners> {
  const all = signersAmong(await ringKeys(ring, "signing", spoiled), (object, problem) => {
    if (!spoiled) throw new VaultError(`${problem} at ${ring.store.label}`);
    spoiled(object, problem);
  });
  return known ? new Map([...all].filter(([fingerprint]) => known.has(fingerprint))) : all;
}

/** The same from keys that were read already. @param spoiled is told of a key whose public half is none */
export function signersAmong(
  keys: readonly Pick<RingKey, "document" | "object">[],
  spoiled: (object: string, problem: string) => void,
): TrustedSigners {
  const found = new Map<string, KeyObject>();
  for (const { document, object } of keys) {
    if (document.publicKey === undefined) continue;
    const key = publicKey(document.publicKey);
    if (key) found.set(fingerprintOf(key), key);
    else spoiled(object, `the public key of ${object} is none`);
  }
  return found;
}

function publicKey(spki: string): KeyObject | undefined {
  try {
    return createPublicKey({ key: Buffer.from(spki, "base64"), format: "der", type: "spki" });
  } catch {
    return undefined;
  }
}
