import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";

import { VaultError } from "../errors.js";
import { unwrapSecret } from "./key-document.js";
import { contextOf, type KeyRing, type RingKey } from "./key-ring.js";
import { openedOrRewrapped } from "./rewrapping.js";

/**
 * Opens a key, by its own object or by what it was wrapped anew with since.
 *
 * @throws VaultError before anything else is touched, when no key at hand opens it
 */
export async function openKey(ring: KeyRing, key: RingKey): Promise<Uint8Array> {
  const context = contextOf(ring, key.id);
  const own = unwrapSecret(key.document, context, ring.keys, `${key.object} at ${ring.store.label}`);
  return openedOrRewrapped(ring, key, context, own);
}

/** Opens a signing key. @throws VaultError when what opens is not the half of the public key that stands beside it */
export async function openSigningKey(ring: KeyRing, key: RingKey): Promise<KeyObject> {
  return signingKeyFrom(ring, key, await openKey(ring, key));
}

/** The same from a secret that is open already. */
export function signingKeyFrom(ring: KeyRing, key: RingKey, secret: Uint8Array): KeyObject {
  const privateKey = privateKeyOf(secret, `${key.object} at ${ring.store.label}`);
  const own = createPublicKey(privateKey).export({ format: "der", type: "spki" }).toString("base64");
  if (own !== key.document.publicKey)
    throw new VaultError(`${key.object} at ${ring.store.label} names a public key that is not its own`);
  return privateKey;
}

function privateKeyOf(secret: Uint8Array, label: string): KeyObject {
  try {
    return createPrivateKey({ key: Buffer.from(secret), format: "der", type: "pkcs8" });
  } catch {
    // The cause is left out on purpose: it may tell of what was read.
    throw new VaultError(`what ${label} holds is no signing key`);
  }
}
