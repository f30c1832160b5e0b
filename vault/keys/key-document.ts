import { z } from "zod";
import { VaultError } from "../errors.js";
import { schemaWords } from "../schema-words.js";
import { exactBase64 } from "../sequence/exact-base64.js";
import { jsonOf } from "../sequence/json.js";
import type { KeyContext, KeyProvider } from "./provider.js";

/** A secret, once for every key that opens it. */
export const wrappings = z
  .array(z.strictObject({ kind: z.enum(["kms", "age"]), key: z.string(), ciphertext: z.string() }))
  .min(1);

export type Wrapping = z.infer<typeof wrappings>[number];

const schema = z.strictObject({
  version: z.literal(2),
  /** What the secret is for, whose it is, and its number. Bound to every wrapping. */
  context: z.record(z.string(), z.string()),
  createdAt: z.iso.datetime(),
  /** Ed25519 public key, base64 of its SPKI form, where the secret is a signing key. */
  publicKey: exactBase64.optional(),
  wrapped: wrappings,
});

/** A secret, wrapped for everybody who may open it. Lies in the vault beside what it opens. */
export type KeyDocument = z.infer<typeof schema>;

/** Wraps a secret once for every recipient; without all of them nothing is made. @throws VaultError that names the key */
export async function wrapForEach(
  secret: Uint8Array,
  context: KeyContext,
  recipients: readonly KeyProvider[],
): Promise<Wrapping[]> {
  if (recipients.length === 0)
    throw new VaultError("a secret that nobody can open would be lost: no key to wrap it with");
  return Promise.all(
    recipients.map(async (recipient) => ({
      kind: recipient.kind,
      key: recipient.key,
      ciphertext: await recipient.wrap(secret, context),
    })),
  );
}

/** Makes the object of a secret that every recipient can open. @throws VaultError that names the key */
export async function wrapSecret(
  secret: Uint8Array,
  context: KeyContext,
  recipients: readonly KeyProvider[],
  now: Date,
  publicKey?: string,
): Promise<KeyDocument> {
  const wrapped = await wrapForEach(secret, context, recipients);
  return {
    version: 2,
    context: { ...context },
    createdAt: now.toISOString(),
    ...(publicKey === undefined ? {} : { publicKey }),
    wrapped,
  };
}

/**
 * Opens a wrapped secret with the first key at hand that does.
 *
 * @throws VaultError that says of every key why it does not, and names who could
 */
export async function unwrapSecret(
  document: { readonly wrapped: readonly Wrapping[] },
  context: KeyContext,
  keys: readonly KeyProvider[],
  label: string,
): Promise<Uint8Array> {
  const refusals: string[] = [];
  for (const provider of keys) {
    const own = document.wrapped.find(({ kind, key }) => kind === provider.kind && key === provider.key);
    if (!own) continue;
    try {
      return await provider.unwrap(own.ciphertext, context);
    } catch (error) {
      if (!(error instanceof VaultError)) throw error;
      refusals.push(error.message);
    }
  }
  const holders = document.wrapped.map(({ kind, key }) => `${key} (${kind})`).join(", ");
  throw new VaultError(
    refusals.length > 0
      ? `no key at hand opens ${label}: ${refusals.join("; ")}`
      : `${label} is wrapped for ${holders}; at hand ${keys.length === 0 ? "is none" : `are ${keys.map(({ key }) => key).join(", ")}`}`,
    document.wrapped.some(({ kind }) => kind === "age")
      ? "--identity <file> with the age identity of one of them"
      : "credentials with which the key service opens it",
  );
}

/** The object's text. */
export const formatKeyDocument = (document: KeyDocument): string =>
  `${JSON.stringify(document, undefined, 2)}\n`;

/** An object lies where a key should be, and is none. */
export class SpoiledKey extends VaultError {}

/** Reads a key document. @throws SpoiledKey when it is none */
export function parseKeyDocument(text: string, label: string): KeyDocument {
  const parsed = schema.safeParse(jsonOf(text));
  if (!parsed.success) throw new SpoiledKey(`${label} is not a wrapped key: ${schemaWords(parsed.error)}`);
  return parsed.data;
}
