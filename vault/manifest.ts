import { createHash } from "node:crypto";
import { z } from "zod";
import { VaultError } from "./errors.js";
import { schemaWords } from "./schema-words.js";
import { jsonOf } from "./sequence/json.js";

const part = z.object({
  /** Key of the object in the same bucket. */
  key: z.string().min(1),
  bytes: z.int().min(0),
  /** SHA-256 of the object as stored, hexadecimal. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

/**
 * A recovery point as the first vaults wrote it, unsigned. Such vaults stay readable; what is written now is an entry
 * of a signed chain.
 */
const schema = z.object({
  version: z.literal(1),
  plan: z.string(),
  dataset: z.string(),
  /** Site that took it. */
  takenAt: z.string(),
  /** Site whose bucket this copy is in. */
  site: z.string(),
  epoch: z.int().min(1),
  /** Number within dataset, copy and epoch, from 1. */
  sequence: z.int().min(1),
  /** SHA-256 of the manifest before this one, hexadecimal; absent on the first. */
  previous: z.string().optional(),
  kind: z.literal("physical"),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  source: z.object({
    engine: z.literal("postgresql"),
    version: z.string(),
    systemIdentifier: z.string(),
    startLsn: z.string(),
    stopLsn: z.string(),
    /** First and last WAL segment the backup needs to be consistent. */
    startWal: z.string(),
    stopWal: z.string(),
  }),
  tool: z.object({ name: z.literal("pgbackrest"), version: z.string() }),
  /** The tool's own name of the backup. */
  label: z.string(),
  /** Alias of the key that wraps the repository's passphrase. */
  keyAlias: z.string(),
  bytes: z.object({ database: z.int(), stored: z.int() }),
  /** Objects whose checksums lead to every other: the tool's own manifest lists the rest. */
  parts: z.array(part).min(1),
  /** Argument lists that restore it without Secondsite. */
  restore: z.array(z.array(z.string())).min(1),
});

export type Manifest = z.infer<typeof schema>;

/** SHA-256 of a manifest as stored, hexadecimal; links the next one to it. */
export const digest = (text: string | Uint8Array): string => createHash("sha256").update(text).digest("hex");

/** Key of a manifest: sorts by its number. */
export const manifestKey = (prefix: string, sequence: number): string =>
  `${prefix}${String(sequence).padStart(8, "0")}.json`;

/** Reads a manifest. @throws VaultError when it is none of this version. */
export function parseManifest(text: string, label: string): Manifest {
  const parsed = schema.safeParse(jsonOf(text));
  if (!parsed.success)
    throw new VaultError(`${label} is not a version 1 manifest: ${schemaWords(parsed.error)}`);
  return parsed.data;
}
