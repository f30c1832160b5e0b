import { verify } from "node:crypto";
import { z } from "zod";

import { VaultError } from "../errors.js";
import { digest } from "../manifest.js";
import type { ObjectStore } from "../object-store.js";
import { canonical, exactText, parseCanonical } from "../sequence/canonical.js";
import { exactBase64 } from "../sequence/exact-base64.js";
import { unwrapSecret, type Wrapping, wrappings } from "./key-document.js";
import type { KeyRing } from "./key-ring.js";
import type { KeyContext, KeyProvider } from "./provider.js";
import { type Trust, trustIn } from "./signers.js";

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const schema = z.strictObject({
  version: z.literal(1),
  /** The key's own object. It stays as it is: points name its checksum. */
  of: z.strictObject({ object: z.string().min(1), sha256 }),
  /** What the secret is for, as in the key's own object. Bound to every wrapping. */
  context: z.record(z.string(), z.string()),
  createdAt: z.iso.datetime(),
  wrapped: wrappings,
  /** Ed25519 by a signing key of the dataset, over the text without this field. */
  signature: z.strictObject({
    /** Id of the signing key. @default the first rewrappings did not say */
    key: z.string().min(1).optional(),
    /** Fingerprint of its public half. */
    signer: sha256,
    value: exactBase64,
  }),
});

/** A secret that was wrapped anew: for a new holder, by another key of the cloud. Lies beside the key's own object. */
export type RewrappingDocument = z.infer<typeof schema>;

/** One as found. */
export interface Rewrapping {
  readonly object: string;
  readonly text: string;
  readonly document: RewrappingDocument;
}

/** A secret's own object, as what wraps it anew names it. */
export interface KeptObject {
  readonly object: string;
  readonly sha256: string;
}

/** Signs what is wrapped anew: a chain's signer does. */
export interface RewrappingSigner {
  /** Id of the signing key. */
  readonly key: string;
  readonly fingerprint: string;
  sign(text: string): string;
}

/** Start of the keys of what wraps an object's secret anew: `keys/messages/data-000001.rewrapped-`. */
const prefixOf = (object: string): string => `${object.replace(/\.json$/, "")}.rewrapped-`;

/** Object of the so-manieth time that a secret was wrapped anew. */
export const rewrappingObject = (object: string, number: number): string =>
  `${prefixOf(object)}${String(number).padStart(6, "0")}.json`;

/** The object's text. */
export function formatRewrapping(
  content: Omit<RewrappingDocument, "version" | "signature">,
  signer: RewrappingSigner,
): string {
  const bare = { version: 1, ...content };
  const signature = { key: signer.key, signer: signer.fingerprint, value: signer.sign(canonical(bare)) };
  return canonical({ ...bare, signature });
}

/** Numbers under which an object's secret was wrapped anew, whatever lies there. */
export async function rewrappingNumbers(store: ObjectStore, object: string): Promise<number[]> {
  const numbers: number[] = [];
  for await (const { key } of store.list(prefixOf(object))) {
    const number = /\.rewrapped-(\d{6})\.json$/.exec(key)?.[1];
    if (number) numbers.push(Number(number));
  }
  return numbers;
}

/** Objects under a prefix whose secrets were wrapped anew: one listing, where a ring has hundreds of keys. */
export async function rewrappedObjects(store: ObjectStore, prefix: string): Promise<Set<string>> {
  const objects = new Set<string>();
  for await (const { key } of store.list(prefix)) {
    const base = /^(.*)\.rewrapped-\d{6}\.json$/.exec(key)?.[1];
    if (base) objects.add(`${base}.json`);
  }
  return objects;
}

/**
 * What an object's secret was wrapped anew with, oldest first. age recipients are public, so anybody may wrap something
 * for them: what no signing key of the dataset signed, or what belongs to another object, does not count.
 */
export async function rewrappingsOf(
  store: ObjectStore,
  kept: KeptObject,
  trust: Trust,
): Promise<Rewrapping[]> {
  const found: Rewrapping[] = [];
  for (const number of await rewrappingNumbers(store, kept.object)) {
    const object = rewrappingObject(kept.object, number);
    const body = await store.get(object);
    const read = body && (await believed(body, `${object} at ${store.label}`, kept, trust));
    if (read) found.push({ object, ...read });
  }
  return found;
}

async function believed(body: Uint8Array, label: string, kept: KeptObject, trust: Trust) {
  try {
    const text = exactText(body, label);
    const document = parseCanonical(text, schema, "a version 1 rewrapping", label);
    const { signature, ...bare } = document;
    const signer = await trust(signature);
    const signed =
      signer && verify(null, Buffer.from(canonical(bare)), signer, Buffer.from(signature.value, "base64"));
    const own = document.of.object === kept.object && document.of.sha256 === kept.sha256;
    return signed && own ? { text, document } : undefined;
  } catch (error) {
    if (!(error instanceof VaultError)) throw error;
    return undefined;
  }
}

/**
 * A secret that its own object opens, or else what it was wrapped anew with, the newest first.
 *
 * @throws VaultError what its own object said, when nothing at hand opens any of them
 */
export async function openedOrRewrapped(
  ring: KeyRing,
  kept: KeptObject,
  context: KeyContext,
  own: Promise<Uint8Array>,
): Promise<Uint8Array> {
  try {
    return await own;
  } catch (error) {
    if (!(error instanceof VaultError)) throw error;
    const again = await openRewrapped(ring, kept, context).catch(() => undefined);
    if (!again) throw error;
    return again;
  }
}

async function openRewrapped(ring: KeyRing, kept: KeptObject, context: KeyContext) {
  for (const { document, object } of (await rewrappingsOf(ring.store, kept, trustIn(ring))).reverse())
    try {
      return await unwrapSecret(document, context, ring.keys, `${object} at ${ring.store.label}`);
    } catch (error) {
      if (!(error instanceof VaultError)) throw error;
    }
  return undefined;
}

/** Whether a key is among those that something is wrapped for. */
export const isWrappedFor = (
  wrapped: readonly Wrapping[],
  { kind, key }: Pick<KeyProvider, "kind" | "key">,
) => wrapped.some((one) => one.kind === kind && one.key === key);

/** A kept object from its content. */
export const keptObject = (object: string, body: Uint8Array): KeptObject => ({
  object,
  sha256: digest(body),
});
