import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

import { VaultError } from "../../vault/index.js";
import type { Run } from "../engine.js";
import { EngineError, fullDisk } from "../errors.js";
import type { StateBackend, StateStore } from "./backend.js";
import { type BackendListing, isListed, listBackend, metaKey, versionOf } from "./layout.js";

/** An object of a backend as it was read. */
export interface CollectedObject {
  readonly key: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Its content again, from this machine. */
  content(): AsyncIterable<Uint8Array>;
}

/** What a backend held. */
export interface Collected {
  readonly listing: BackendListing;
  /** By key: the layout's version where it is said, each stack's checkpoint, tags. */
  readonly objects: ReadonlyMap<string, CollectedObject>;
  /** Nothing that was written later is in it. */
  readonly at: Date;
  /** Keys that were not the same from one reading to the next, to the last: they may not be of one moment. */
  readonly changing: readonly string[];
}

/** Readings after which it is taken as it comes: a long update replaces its checkpoint with every resource. */
const mostReadings = 5;
/** Milliseconds before the next reading, where the last one differed. */
const patience = 500;

/**
 * Reads a backend until two readings in a row are the same: what is there between them is of one moment, whatever ran
 * before. A single checkpoint always is: Pulumi replaces it as a whole.
 *
 * @param folder private, for what was read
 * @throws EngineError: 1 when there is no stack, 2 for a layout that is not known
 */
export async function collect({ url, store }: StateBackend, folder: string, run: Run): Promise<Collected> {
  let before = await reading({ url, store }, folder, 0, run.signal);
  for (let number = 1; ; number += 1) {
    const now = await reading({ url, store }, folder, number, run.signal);
    const changing = changed(before, now);
    if (changing.length === 0) return { ...before, changing };
    if (number + 1 >= mostReadings) return { ...now, changing };
    run.say(`${changing.join(", ")} changed meanwhile: reading again`);
    await pause(patience, undefined, { signal: run.signal });
    before = now;
  }
}

type Reading = Omit<Collected, "changing">;

function changed(before: Reading, now: Reading): string[] {
  const keys = new Set([...before.objects.keys(), ...now.objects.keys()]);
  return [...keys].filter((key) => before.objects.get(key)?.sha256 !== now.objects.get(key)?.sha256);
}

async function reading(
  { url, store }: StateBackend,
  folder: string,
  number: number,
  signal: AbortSignal | undefined,
): Promise<Reading> {
  const meta = await store.get(metaKey);
  const listing = await listBackend(store);
  requireLayout(url, meta, listing);
  const keys = [
    ...(meta ? [metaKey] : []),
    ...listing.stacks.flatMap(({ key, tags }) => [key, ...(tags === undefined ? [] : [tags])]),
  ];
  const objects = new Map<string, CollectedObject>();
  for (const [index, key] of keys.entries()) {
    signal?.throwIfAborted();
    // Every other reading takes the place of the one before the last.
    const file = join(folder, `${number % 2}-${index}`);
    try {
      objects.set(key, await copied(store, key, file));
    } catch (error) {
      if (!(error instanceof VaultError) || (await isListed(store, key))) throw fullDisk(error, folder);
    }
  }
  return { listing, objects, at: new Date() };
}

/** An empty state looks like a success, and what Pulumi does not read must not count as kept. */
function requireLayout(url: string, meta: Uint8Array | undefined, { stacks, legacy }: BackendListing): void {
  const version = meta && versionOf(meta);
  if (meta && version !== "1")
    throw new EngineError(`${metaKey} at ${url} says version ${version ?? "nothing"}; known is version 1`, 2);
  if (!meta && legacy.length > 0)
    throw new EngineError(
      `${url} has the layout before version 1, in which stacks belong to no project: ${legacy.join(", ")}`,
      2,
      "pulumi state upgrade",
    );
  if (stacks.length === 0)
    throw new EngineError(
      `${url} holds no stack: an empty state is no backup`,
      1,
      "check that this is the right backend",
    );
}

async function copied(store: StateStore, key: string, file: string): Promise<CollectedObject> {
  const hash = createHash("sha256");
  let bytes = 0;
  const handle = await open(file, "w", 0o600);
  try {
    for await (const chunk of store.read(key)) {
      hash.update(chunk);
      bytes += chunk.length;
      await handle.writeFile(chunk);
    }
  } finally {
    await handle.close();
  }
  const content = () => createReadStream(file) as AsyncIterable<Uint8Array>;
  return { key, bytes, sha256: hash.digest("hex"), content };
}
