import { randomBytes } from "node:crypto";
import { z } from "zod";

import { VaultError } from "./errors.js";
import { formatKeyDocument, parseKeyDocument, unwrapSecret, wrapSecret } from "./keys/key-document.js";
import { kmsProvider } from "./keys/kms.js";
import type { KeyProvider } from "./keys/provider.js";
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

/**
 * Unwraps the passphrase stored at `key`.
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
  const text = Buffer.from(body).toString("utf8");
  const label = `${key} of ${store.label}`;
  const kms = kmsProvider({ alias, region });
  const old = first.safeParse(json(text));
  if (!old.success) {
    const document = parseKeyDocument(text, label);
    const opened = await unwrapSecret(document, { ...context, ...purpose }, [kms, ...more], label);
    return Buffer.from(opened).toString("utf8");
  }
  try {
    return Buffer.from(await kms.unwrap(old.data.ciphertext, context)).toString("utf8");
  } catch (error) {
    if (!(error instanceof VaultError)) throw error;
    throw new VaultError(`${label}: ${error.message}`, error.hint, { cause: error });
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
