import { randomUUID } from "node:crypto";
import { open, readFile, rename } from "node:fs/promises";
import { z } from "zod";
import { schemaWords } from "../../vault/index.js";

import { EngineError } from "../errors.js";
import { folders } from "./folders.js";

/** What a data volume is: kept on the volume itself, beside the data. */
const schema = z.object({
  version: z.literal(1),
  /** Identity of the volume: the lease tells a restarted server from another one by it. */
  incarnation: z.string().min(1),
  /** How the data came here. */
  origin: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("initialised") }),
    z.object({ kind: z.literal("restored"), fromEpoch: z.int(), label: z.string() }),
  ]),
  /** The last epoch in which this volume was written; absent until it is. */
  epoch: z.int().optional(),
  /** An epoch being opened: recorded before its first write is possible, so that a crash in between is seen. */
  opening: z.int().optional(),
});
export type VolumeState = z.infer<typeof schema>;

/** Reads the state of the mounted volume; undefined while nothing was completed on it. */
export async function readVolumeState(): Promise<VolumeState | undefined> {
  let text: string;
  try {
    text = await readFile(folders.volumeState, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
  const parsed = schema.safeParse(JSON.parse(text));
  if (!parsed.success)
    throw new EngineError(`${folders.volumeState} is not a volume state: ${schemaWords(parsed.error)}`, 3);
  return parsed.data;
}

/** A new volume's state. */
export const newVolume = (origin: VolumeState["origin"]): VolumeState => ({
  version: 1,
  incarnation: randomUUID(),
  origin,
});

/** Writes the state so that a crash leaves the old or the new one, whole. */
export async function writeVolumeState(state: VolumeState): Promise<void> {
  const draft = `${folders.volumeState}.new`;
  const file = await open(draft, "w", 0o600);
  try {
    await file.writeFile(`${JSON.stringify(state)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, folders.volumeState);
}
