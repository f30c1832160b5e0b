import { z } from "zod";
import { schemaWords } from "../../vault/index.js";

import { decompressed } from "../compressed.js";
import { EngineError } from "../errors.js";

const resource = z.looseObject({
  urn: z.string(),
  type: z.string(),
  custom: z.boolean().optional(),
  id: z.string().optional(),
  /** It is to be deleted by the next update; another of the same name may stand beside it. */
  delete: z.boolean().optional(),
  parent: z.string().optional(),
  provider: z.string().optional(),
  dependencies: z.array(z.string()).nullish(),
  propertyDependencies: z.record(z.string(), z.array(z.string()).nullable()).nullish(),
  deletedWith: z.string().optional(),
  pendingReplacement: z.boolean().optional(),
});

const deployment = z.looseObject({
  manifest: z.looseObject({ version: z.string().default(""), magic: z.string().default("") }),
  resources: z.array(resource).nullish(),
  /** What an update was at when it ended, or is at right now. */
  pending_operations: z.array(z.unknown()).nullish(),
});

/** A stack's checkpoint. Versions 3 and 4 differ in how they are announced alone. */
const schema = z.looseObject({
  version: z.literal([3, 4], { error: "expected version 3 or 4 of a checkpoint" }),
  checkpoint: z.looseObject({ stack: z.string(), latest: deployment.nullish() }),
});

export type Checkpoint = z.infer<typeof schema>;
export type Deployment = z.infer<typeof deployment>;
export type StateResource = z.infer<typeof resource>;

/** Bytes of a checkpoint in clear that are taken into memory; Pulumi itself holds all of it several times. */
const most = 256 << 20;

/**
 * Reads a checkpoint, compressed or not. One at a time: all of it is in memory.
 *
 * @param label for messages
 * @throws EngineError (3) that shows nothing of its content
 */
export async function readCheckpoint(
  content: AsyncIterable<Uint8Array>,
  label: string,
  signal?: AbortSignal,
): Promise<Checkpoint> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of await decompressed(content, label, signal)) {
    bytes += chunk.length;
    if (bytes > most)
      throw new EngineError(`${label} is larger than ${most >> 20} MiB, which nobody expects`, 3);
    chunks.push(chunk);
  }
  const parsed = schema.safeParse(json(Buffer.concat(chunks).toString("utf8"), label));
  if (parsed.success) return parsed.data;
  throw new EngineError(`${label} is no checkpoint of Pulumi's: ${schemaWords(parsed.error)}`, 3);
}

function json(text: string, label: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What the parser says quotes the text, which may be a secret.
    throw new EngineError(`${label} is no JSON`, 3);
  }
}
