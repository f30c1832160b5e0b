import { newLabel, type Part, type PartWriter, type Run } from "../engine.js";
import { EngineError } from "../errors.js";
import { openStaging } from "../staging.js";
import type { StateBackend } from "./backend.js";
import { type Checkpoint, readCheckpoint } from "./checkpoint.js";
import { type Collected, collect } from "./collect.js";
import type { StackObject } from "./layout.js";
import { type CapturedStack, remarks, type StatePoint } from "./point.js";
import { newest } from "./version.js";

/**
 * Captures every stack of a backend, byte for byte: secrets stay as the stack's own provider sealed them. No Pulumi is
 * needed. An update that runs meanwhile is not stopped; the point says so.
 *
 * What Pulumi keeps beside the checkpoints, the history of updates and its own backups, is not in it.
 *
 * @throws EngineError: 1 when there is no stack, 2 for a layout that is not known, 3 when the backend cannot be read; the
 *   parts are discarded
 */
export async function capture(backend: StateBackend, parts: PartWriter, run: Run): Promise<StatePoint> {
  const startedAt = new Date();
  await using staging = await openStaging(run.staging);
  try {
    const collected = await collect(backend, staging.folder, run);
    const { listing, objects, changing, at } = collected;
    if (listing.legacy.length > 0)
      run.say(`not kept, as Pulumi does not read them: ${listing.legacy.join(", ")}`);
    const read = await described(collected, run.signal);
    const written: Part[] = [];
    for (const { key, content } of objects.values()) written.push(await parts.write(key, content()));
    const point: StatePoint = {
      ...{ version: 1, engine: "pulumi-state", label: run.label ?? newLabel(startedAt) },
      ...{ startedAt: startedAt.toISOString(), finishedAt: new Date().toISOString() },
      source: {
        ...{ backend: backend.url, at: at.toISOString(), stacks: read.stacks },
        bytes: written.reduce((sum, { bytes }) => sum + bytes, 0),
        ...{ locked: [...listing.locked], changing: [...changing], unread: read.unread },
      },
      tool: { name: "pulumi", version: newest(read.versions) ?? "unknown" },
      parts: written,
      restore: [
        ["pulumi", "login", "file://."],
        ["pulumi", "stack", "ls", "--all"],
      ],
    };
    for (const remark of remarks(point)) run.say(remark);
    return point;
  } catch (error) {
    await parts.discard();
    throw error;
  }
}

interface Described {
  readonly stacks: CapturedStack[];
  readonly versions: string[];
  readonly unread: string[];
}

/** Reads what was collected. What is no checkpoint is kept all the same: it may be all that is left of a stack. */
async function described(
  { listing, objects }: Collected,
  signal: AbortSignal | undefined,
): Promise<Described> {
  const found: Described = { stacks: [], versions: [], unread: [] };
  for (const { stack, key, tags } of listing.stacks) {
    const object = objects.get(key);
    if (!object) continue;
    const own: Pick<StackObject, "tags"> = tags !== undefined && objects.has(tags) ? { tags } : {};
    const latest = await read(object.content(), key, signal);
    if (latest === undefined) found.unread.push(key);
    else if (latest) found.versions.push(latest.manifest.version);
    found.stacks.push({
      ...{ stack, part: key, ...own },
      resources: latest?.resources?.length ?? 0,
      pending: latest?.pending_operations?.length ?? 0,
    });
  }
  return found;
}

/** @returns null for a stack that was never updated, undefined for what is no checkpoint */
async function read(content: AsyncIterable<Uint8Array>, key: string, signal: AbortSignal | undefined) {
  try {
    const { checkpoint }: Checkpoint = await readCheckpoint(content, key, signal);
    return checkpoint.latest ?? null;
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof EngineError) return undefined;
    throw error;
  }
}
