import { names } from "../../plan/index.js";
import { VaultError } from "../errors.js";
import { openPassphrase, parsePassphrase, passphraseContext } from "../passphrase.js";
import type { Wrapping } from "./key-document.js";
import { contextOf, type KeyPurpose, type KeyRing, ringKeys } from "./key-ring.js";
import { openKey } from "./open-key.js";
import type { KeyContext } from "./provider.js";
import { type KeptObject, keptObject, rewrappedObjects, rewrappingsOf } from "./rewrapping.js";
import { trustIn } from "./signers.js";

/** A wrapped secret of a dataset as one copy holds it: a key of its ring, or the repositories' passphrase. */
export interface KeptSecret extends KeptObject {
  /** `data-000002`, `passphrase`. */
  readonly id: string;
  readonly purpose: KeyPurpose | "passphrase";
  /** ISO 8601. @default the first vaults did not say of their passphrases */
  readonly createdAt?: string;
  /** For whom it is wrapped, by its own object and whatever wraps it anew. */
  readonly wrapped: readonly Wrapping[];
  /** What it is wrapped with anew is bound to this. */
  readonly context: KeyContext;
  /** @throws VaultError when no key at hand opens it */
  open(): Promise<Uint8Array>;
}

/**
 * Every wrapped secret of a dataset at a copy, oldest first: data keys, signing keys, the passphrase.
 *
 * @param spoiled is told of an object that is none
 * @throws VaultError when the store does not answer
 */
export async function keptSecrets(
  ring: KeyRing,
  spoiled: (object: string, problem: string) => void,
): Promise<KeptSecret[]> {
  const { store, plan, dataset } = ring;
  const trust = trustIn(ring);
  const rewrapped = await rewrappedObjects(store, names.keyPrefix(dataset));
  const anew = async (kept: KeptObject) =>
    rewrapped.has(kept.object)
      ? (await rewrappingsOf(store, kept, trust)).flatMap(({ document }) => document.wrapped)
      : [];
  const secrets: KeptSecret[] = [];
  for (const purpose of ["data", "signing"] as const)
    for (const key of await ringKeys(ring, purpose, spoiled))
      secrets.push({
        ...{ id: key.id, object: key.object, sha256: key.sha256, purpose },
        createdAt: key.document.createdAt,
        wrapped: [...key.document.wrapped, ...(await anew(key))],
        context: contextOf(ring, key.id),
        open: () => openKey(ring, key),
      });
  const object = names.passphraseKey(dataset);
  const body = await store.get(object);
  if (!body) return secrets;
  const kept = keptObject(object, body);
  try {
    const text = Buffer.from(body).toString("utf8");
    const { createdAt, wrapped } = parsePassphrase(text, { plan, dataset }, `${object} at ${store.label}`);
    secrets.push({
      ...{ id: "passphrase", purpose: "passphrase", ...kept },
      ...(createdAt === undefined ? {} : { createdAt }),
      wrapped: [...wrapped, ...(await anew(kept))],
      context: passphraseContext({ plan, dataset }),
      open: () => openPassphrase(ring, kept, body),
    });
  } catch (error) {
    if (!(error instanceof VaultError)) throw error;
    spoiled(object, error.message);
  }
  return secrets;
}
