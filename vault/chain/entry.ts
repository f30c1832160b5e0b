import { z } from "zod";

import { canonical, parseCanonical } from "../sequence/canonical.js";
import { exactBase64 } from "../sequence/exact-base64.js";

/** What every entry of a chain says about its place. */
const place = {
  version: z.literal(2),
  plan: z.string().min(1),
  dataset: z.string().min(1),
  /** Site whose copy this chain belongs to. */
  site: z.string().min(1),
  epoch: z.int().min(1),
  /** Number within dataset, copy and epoch, from 1, without a gap. */
  sequence: z.int().min(1),
  /** SHA-256 of the entry before it as stored, hexadecimal; absent on the first. */
  previous: z.string().optional(),
  writtenAt: z.iso.datetime(),
};

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** Names an earlier entry of the same chain. */
const reference = z.strictObject({ sequence: z.int().min(1), sha256 });

const part = z.strictObject({
  /** Key of the object in the same store. */
  key: z.string().min(1),
  bytes: z.int().min(0),
  /** SHA-256 of the object as stored, hexadecimal. */
  sha256,
});

/** Ed25519, over the entry's text without this field. */
const signature = z.strictObject({
  /** Id of the dataset's signing key: `signing-000001`. */
  key: z.string().min(1),
  /** SHA-256 of its public half (SPKI), hexadecimal: whom one has to trust. */
  signer: sha256,
  value: exactBase64,
});

const fact = z.union([z.string(), z.number(), z.boolean()]);

const point = z.strictObject({
  ...place,
  entry: z.literal("point"),
  /** Site that took it. */
  takenAt: z.string(),
  /** How it was taken, in the engine's words: `physical`, `logical`, `files`. */
  kind: z.string().min(1),
  /** Its name among people and tools. */
  label: z.string().min(1),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  /** What it was taken from and at which position; the engine knows the fields. */
  source: z.record(z.string(), fact),
  tool: z.strictObject({ name: z.string(), version: z.string() }),
  /**
   * Keys as they lay there when it was taken: first the one that opens it, then the one that signed.
   *
   * @default none: nothing is sealed
   */
  keys: z.array(z.strictObject({ id: z.string(), object: z.string(), sha256 })).optional(),
  /** The point that it adds to; without it this one cannot be restored. */
  parent: reference.optional(),
  bytes: z.strictObject({ source: z.int().min(0), stored: z.int().min(0) }),
  /**
   * Label of the point that was about to be restored over what this one holds: a safety backup. Who does not ask for it by
   * name does not want it back. @default none: it was taken for its own sake
   */
  before: z.string().min(1).optional(),
  /** Every object that it consists of, or those whose checksums lead to every other. */
  parts: z.array(part).min(1),
  /** Argument lists that restore it with the field's tools alone, without Secondsite. */
  restore: z.array(z.array(z.string()).min(1)).min(1),
  signature,
});

const tombstone = z.strictObject({
  ...place,
  entry: z.literal("tombstone"),
  /** Points whose objects were removed on purpose; their own entries stay. */
  removed: z.array(reference).min(1),
  reason: z.string().min(1),
  signature,
});

const hold = z.strictObject({
  ...place,
  entry: z.enum(["hold", "release"]),
  /** The point that must not be removed, or may be again. */
  point: reference,
  by: z.string().min(1),
  reason: z.string().min(1),
  signature,
});

const verification = z.strictObject({
  ...place,
  entry: z.literal("verification"),
  /** The point that was verified. */
  point: reference,
  /** How thoroughly, in the engine's words: `stored`, `structural`, `restored`. */
  level: z.string().min(1),
  /** What was wrong, for people; empty when nothing was. */
  faults: z.array(z.string()),
  by: z.string().min(1),
  signature,
});

const schema = z.discriminatedUnion("entry", [point, tombstone, hold, verification]);

export type ChainEntry = z.infer<typeof schema>;
export type PointEntry = z.infer<typeof point>;
export type Reference = z.infer<typeof reference>;
export type Part = z.infer<typeof part>;

/** Place in the chain and signature are added by who writes it. */
type Bare<Entry> = Entry extends unknown
  ? Omit<Entry, "version" | "sequence" | "previous" | "writtenAt" | "signature">
  : never;

/** What an entry says, before it has its place. */
export type EntryContent = Bare<ChainEntry>;

/** An object's text: the only form in which it counts. */
export const formatEntry = canonical;

/**
 * What the signature is over: an entry's text without its signature, the fields in their order. `jq 'del(.signature)'`
 * prints the same.
 */
export function signedText(text: string): string {
  const { signature: _, ...rest } = JSON.parse(text) as { signature?: unknown };
  return formatEntry(rest);
}

/**
 * Reads an entry.
 *
 * @throws VaultError when it is none, or when its text differs in any way from how it is written
 */
export function parseEntry(text: string, label: string): ChainEntry {
  return parseCanonical(text, schema, "a version 2 entry of a chain", label);
}
