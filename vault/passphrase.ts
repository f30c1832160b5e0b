import { randomBytes } from "node:crypto";
import { z } from "zod";

import { names } from "../plan/index.js";
import { VaultError } from "./errors.js";
import { formatKeyDocument, parseKeyDocument, unwrapSecret, wrapSecret } from "./keys/key-document.js";
import type { KeyRing } from "./keys/key-ring.js";
import type { KeyProvider } from "./keys/provider.js";

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
 * Unwraps the passphrase of a dataset's tool repositories at a copy, with the keys at hand there.
 *
 * @throws VaultError when there is none, or no key opens it; it names the keys and never the passphrase
 */
export async function unwrapPassphrase({ store, plan, dataset, keys }: KeyRing): Promise<string> {
  const object = names.passphraseKey(dataset);
  const body = await store.get(object);
  if (!body) throw new VaultError(`no wrapped passphrase at ${object} in ${store.label}`);
  const text = Buffer.from(body).toString("utf8");
  const label = `${object} of ${store.label}`;
  const context = { plan, dataset };
  const old = first.safeParse(json(text));
  if (!old.success) {
    const document = parseKeyDocument(text, label);
    const opened = await unwrapSecret(document, { ...context, ...purpose }, keys, label);
    return Buffer.from(opened).toString("utf8");
  }
  const { keyAlias, ciphertext } = old.data;
  const kms = keys.find(({ kind }) => kind === "kms");
  if (!kms) throw new VaultError(`${label} opens with ${keyAlias} alone, a key of the cloud's`);
  try {
    return Buffer.from(await kms.unwrap(ciphertext, context)).toString("utf8");
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
