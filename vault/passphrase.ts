import { randomBytes } from "node:crypto";
import { z } from "zod";

import { VaultError } from "./errors.js";
import {
  formatKeyDocument,
  parseKeyDocument,
  unwrapSecret,
  type Wrapping,
  wrapSecret,
} from "./keys/key-document.js";
import type { KeyRing } from "./keys/key-ring.js";
import { kmsProvider } from "./keys/kms.js";
import type { KeyContext, KeyProvider } from "./keys/provider.js";
import { type KeptObject, keptObject, openedOrRewrapped } from "./keys/rewrapping.js";
import type { ObjectStore } from "./object-store.js";

/** As the first vaults wrapped it: by one KMS key alone. */
const first = z.object({ version: z.literal(1), keyAlias: z.string(), ciphertext: z.base64() });

/** The key that wraps, in the region of whoever asks. */
export interface KeyRef {
  readonly alias: string;
  readonly region: string;
  /** Bound to the ciphertext: what was wrapped for one dataset does not open as another's. */
  readonly context: Readonly<Record<string, string>>;
}

/** What a passphrase's wrapping says beside its context, so that no other secret opens as one. */
const purpose = { key: "passphrase" };

/** A new random passphrase: 256 bits as text that every tool takes. */
const newPassphrase = () => Buffer.from(randomBytes(32).toString("base64url"));

/**
 * A new random passphrase, wrapped for everybody who may open it.
 *
 * @param recipients the category's key, and the recovery key's holders
 */
export async function wrapNewPassphraseFor(
  recipients: readonly KeyProvider[],
  context: Readonly<Record<string, string>>,
  now: Date,
): Promise<string> {
  return formatKeyDocument(await wrapSecret(newPassphrase(), { ...context, ...purpose }, recipients, now));
}

/** A wrapped passphrase as it lies in a store. */
export interface WrappedPassphrase {
  readonly wrapped: readonly Wrapping[];
  /** What these wrappings are bound to. */
  readonly context: KeyContext;
  /** ISO 8601. @default the first vaults did not say */
  readonly createdAt?: string;
}

/** What whatever wraps a passphrase anew is bound to. */
export const passphraseContext = (context: KeyContext): KeyContext => ({ ...context, ...purpose });

/** Reads a wrapped passphrase of either kind. @throws VaultError when it is none */
export function parsePassphrase(text: string, context: KeyContext, label: string): WrappedPassphrase {
  const old = first.safeParse(json(text));
  if (old.success) {
    const { keyAlias: key, ciphertext } = old.data;
    return { wrapped: [{ kind: "kms", key, ciphertext }], context };
  }
  const { wrapped, createdAt } = parseKeyDocument(text, label);
  return { wrapped, context: passphraseContext(context), createdAt };
}

/**
 * Unwraps the passphrase stored at `key`, by its own object or by what it was wrapped anew with since.
 *
 * @param more keys at hand beside the KMS key: an offline recovery key
 * @throws VaultError when there is none, or no key opens it; it names the keys and never the passphrase
 */
export async function unwrapPassphrase(
  store: ObjectStore,
  key: string,
  { alias, region, context }: KeyRef,
  more: readonly KeyProvider[] = [],
): Promise<string> {
  const body = await store.get(key);
  if (!body) throw new VaultError(`no wrapped passphrase at ${key} in ${store.label}`);
  const { plan = "", dataset = "" } = context;
  const ring = { store, plan, dataset, keys: [kmsProvider({ alias, region }), ...more] };
  return Buffer.from(await openPassphrase(ring, keptObject(key, body), body)).toString("utf8");
}

/** Opens a passphrase that was read. @throws VaultError when no key at hand opens it; see `unwrapPassphrase` */
export async function openPassphrase(ring: KeyRing, kept: KeptObject, body: Uint8Array): Promise<Uint8Array> {
  const { store, plan, dataset, keys } = ring;
  const label = `${kept.object} of ${store.label}`;
  const found = parsePassphrase(Buffer.from(body).toString("utf8"), { plan, dataset }, label);
  return openedOrRewrapped(
    ring,
    kept,
    passphraseContext({ plan, dataset }),
    unwrapSecret(found, found.context, keys, label),
  );
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
