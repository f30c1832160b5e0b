import { createHash, createPublicKey, type KeyObject } from "node:crypto";

import { VaultError } from "../errors.js";
import { type KeyRing, ringKeys } from "./key-ring.js";

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
  const found = new Map<string, KeyObject>();
  for (const { document, object } of await ringKeys(ring, "signing", spoiled)) {
    if (document.publicKey === undefined) continue;
    const key = publicKey(document.publicKey);
    if (!key) {
      const problem = `the public key of ${object} at ${ring.store.label} is none`;
      if (!spoiled) throw new VaultError(problem);
      spoiled(object, problem);
      continue;
    }
    const fingerprint = fingerprintOf(key);
    if (!known || known.has(fingerprint)) found.set(fingerprint, key);
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
