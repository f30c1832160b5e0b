import { randomBytes } from "node:crypto";
import { z } from "zod";
import { names } from "../plan/index.js";
import { VaultError } from "./errors.js";
import {
  formatKeyDocument,
  parseKeyDocument,
  unwrapSecret,
  type Wrapping,
  wrapSecret,
} from "./keys/key-document.js";
import type { KeyRing } from "./keys/key-ring.js";
import type { KeyContext, KeyProvider } from "./keys/provider.js";
import { type KeptObject, keptObject, openedOrRewrapped } from "./keys/rewrapping.js";
import { jsonOf } from "./sequence/json.js";

/** As the first vaults wrapped it: by one KMS key alone. */
const first = z.object({ version: z.literal(1), keyAlias: z.string(), ciphertext: z.base64() });

/** What a passphrase's wrapping says beside its context, so that no other secret opens as one. */
const purpose = { key: "passphrase" };

/** A passphrase that was made just now. */
export interface NewPassphrase {
  /** For whoever makes it: who only wraps could not open it again. */
  readonly secret: string;
  /** The object's text: wrapped for everybody who may open it. */
  readonly wrapped: string;
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
  const old = first.safeParse(jsonOf(text));
  if (old.success) {
    const { keyAlias: key, ciphertext } = old.data;
    return { wrapped: [{ kind: "kms", key, ciphertext }], context };
  }
  const { wrapped, createdAt } = parseKeyDocument(text, label);
  return { wrapped, context: passphraseContext(context), createdAt };
}

/**
 * A new random passphrase: 256 bits as text that every tool takes.
 *
 * @param recipients the category's key, and the recovery key's holders
 */
export async function newPassphrase(
  recipients: readonly KeyProvider[],
  context: Readonly<Record<string, string>>,
  now: Date,
): Promise<NewPassphrase> {
  const secret = randomBytes(32).toString("base64url");
  const document = await wrapSecret(Buffer.from(secret), { ...context, ...purpose }, recipients, now);
  return { secret, wrapped: formatKeyDocument(document) };
}

/**
 * Unwraps the passphrase of a dataset's tool repositories at a copy with the keys at hand there, by its own object or by
 * what it was wrapped anew with since.
 *
 * @throws VaultError when there is none, or no key opens it; it names the keys and never the passphrase
 */
export async function unwrapPassphrase(ring: KeyRing): Promise<string> {
  const { store, dataset } = ring;
  const object = names.passphraseKey(dataset);
  const body = await store.get(object);
  if (!body) throw new VaultError(`no wrapped passphrase at ${object} in ${store.label}`);
  return Buffer.from(await openPassphrase(ring, keptObject(object, body), body)).toString("utf8");
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
