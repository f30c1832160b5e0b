import { createHash, createPublicKey, type KeyObject, sign, verify } from "node:crypto";

import { VaultError } from "../errors.js";
import { type KeyRing, openSigningKey, type RingKey, ringKeys } from "../keys/key-ring.js";
import type { ChainEntry } from "./entry.js";

/** Who signs a chain's entries. */
export interface Signer {
  /** Id of the signing key. */
  readonly key: string;
  readonly fingerprint: string;
  sign(text: string): string;
}

/** Public keys that are trusted to sign, by fingerprint. */
export type TrustedSigners = ReadonlyMap<string, KeyObject>;

/** SHA-256 of a public key's SPKI form, hexadecimal: what is kept outside to know a signer by. */
export function fingerprintOf(publicKey: KeyObject): string {
  return createHash("sha256")
    .update(publicKey.export({ format: "der", type: "spki" }))
    .digest("hex");
}

/** Opens a signing key. @throws VaultError when no key at hand opens it */
export async function signerOf(ring: KeyRing, key: RingKey): Promise<Signer> {
  return signerFrom(key.id, await openSigningKey(ring, key));
}

/** A signer from a private Ed25519 key. */
export function signerFrom(key: string, privateKey: KeyObject): Signer {
  return {
    key,
    fingerprint: fingerprintOf(createPublicKey(privateKey)),
    sign: (text) => sign(null, Buffer.from(text), privateKey).toString("base64"),
  };
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

/**
 * Why an entry's signature does not count; undefined when it does.
 *
 * @param signed what `signedText` makes of the entry as stored
 */
export function signatureFault(
  entry: ChainEntry,
  signed: string,
  trusted: TrustedSigners,
): string | undefined {
  const { signer, key, value } = entry.signature;
  const publicKey = trusted.get(signer);
  if (!publicKey) return `it is signed by ${key} (${signer.slice(0, 16)}…), which is not trusted`;
  return verify(null, Buffer.from(signed), publicKey, Buffer.from(value, "base64"))
    ? undefined
    : `its signature by ${key} does not fit its content`;
}
