import { createPublicKey, type KeyObject, sign, verify } from "node:crypto";

import type { KeyRing, RingKey } from "../keys/key-ring.js";
import { openSigningKey } from "../keys/open-key.js";
import { fingerprintOf, type TrustedSigners } from "../keys/signers.js";
import type { ChainEntry } from "./entry.js";

/** Who signs: entries of a chain, and what is wrapped anew. */
export interface Signer {
  /** Id of the signing key. */
  readonly key: string;
  readonly fingerprint: string;
  sign(text: string): string;
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
