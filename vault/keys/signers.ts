import { createHash, createPublicKey, type KeyObject } from "node:crypto";

import { VaultError } from "../errors.js";
import { type KeyRing, numberedKey, numberOf, type RingKey, ringKeys } from "./key-ring.js";

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

/** Who signed something, as it says. */
export interface SignedBy {
  /** Id of the signing key. @default not said */
  readonly key?: string | undefined;
  /** Fingerprint of its public half. */
  readonly signer: string;
}

/** Looks for the public half of a signer; undefined where no such key lies in the vault. */
export type Trust = (by: SignedBy) => Promise<KeyObject | undefined>;

/**
 * Whom a dataset's vault trusts to sign, like `signersIn`, for who asks for a few of them: a key is read when it is asked
 * for, once.
 */
export function trustIn(ring: KeyRing): Trust {
  const read = new Map<string | undefined, Promise<TrustedSigners>>();
  return async ({ key, signer }) => {
    const signers =
      read.get(key) ?? (key === undefined ? signersIn(ring, undefined, ignored) : signerCalled(ring, key));
    read.set(key, signers);
    return (await signers).get(signer);
  };
}

async function signerCalled(ring: KeyRing, id: string): Promise<TrustedSigners> {
  const key = await numberedKey(ring, "signing", numberOf(id));
  return signersAmong(key?.id === id ? [key] : [], ignored);
}

const ignored = () => undefined;

function publicKey(spki: string): KeyObject | undefined {
  try {
    return createPublicKey({ key: Buffer.from(spki, "base64"), format: "der", type: "spki" });
  } catch {
    return undefined;
  }
}
