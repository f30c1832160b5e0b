import { createHash } from "node:crypto";

import { endUnfinished, VaultError } from "../../vault/index.js";
import { checked } from "../checked-parts.js";
import type { Part, PartReader, Run } from "../engine.js";
import { EngineError } from "../errors.js";
import { partOf } from "../point-fields.js";
import type { StateBackend, StateStore } from "./backend.js";
import { isListed, markerKey, metaKey } from "./layout.js";
import type { StatePoint } from "./point.js";
import { type RestoreMarker, requireFree, type StateTarget, stacksNamed } from "./target.js";

/** What a restore of Pulumi's state tells about itself. */
export interface StateRestored {
  /** What `pulumi login` takes. */
  readonly backend: string;
  /** Every stack that is there now. */
  readonly stacks: readonly string[];
  /** Objects that were there already from a run that was broken off. */
  readonly already: number;
}

/**
 * Writes stacks into a backend that has none of these. Nothing is ever overwritten: not what was there, and not what
 * somebody writes meanwhile.
 *
 * A mark lies there until the end, so that a run that was killed is told from a backend in use, and carried on.
 *
 * @throws EngineError (2) when the backend holds one of them, before anything is written
 */
export async function restore(
  point: StatePoint,
  parts: PartReader,
  { backend, stacks }: StateTarget,
  run: Run,
): Promise<StateRestored> {
  const { store, url } = backend;
  const all = point.source.stacks;
  const named = stacksNamed(
    all.map(({ stack }) => stack),
    stacks,
  );
  const marker: RestoreMarker = { label: point.label, stacks: named };
  const carriesOn = await requireFree(backend, marker);
  // Tags first: a stack is there as soon as its checkpoint is.
  const keys = all
    .filter(({ stack }) => named.includes(stack))
    .flatMap(({ part, tags }) => [...(tags === undefined ? [] : [tags]), part]);
  // A run may have been killed before its mark was there too.
  if (store.declared["list-uploads"])
    for (const key of [markerKey, metaKey, ...keys]) await endUnfinished(store, key, new Date());
  if (carriesOn) run.say(`carrying on a restore of ${point.label} that was broken off`);
  else await store.create(markerKey, `${JSON.stringify(marker)}\n`);
  const wanted = point.parts.some(({ name }) => name === metaKey) ? [metaKey, ...keys] : keys;
  let already = 0;
  for (const key of wanted) {
    run.signal?.throwIfAborted();
    const written = await placed(partOf(point, key), parts, backend, run.signal);
    if (!written) already += 1;
    run.say(`${key} ${written ? "is written" : "was there already"}`);
  }
  await store.delete(markerKey);
  return { backend: url, stacks: named, already };
}

/** @returns false when it is there already as it was captured */
async function placed(
  part: Part,
  parts: PartReader,
  { store, url }: StateBackend,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const { name, bytes } = part;
  if (!(await isListed(store, name))) {
    try {
      await store.upload(name, checked(parts, part), { expectedBytes: bytes, ...(signal ? { signal } : {}) });
      return true;
    } catch (error) {
      signal?.throwIfAborted();
      // Somebody may have been quicker: another run of the same restore is welcome.
      if (!(error instanceof VaultError) || !(await isListed(store, name))) throw error;
    }
  }
  // Its version was looked at, and says the same however it is written.
  if (name === metaKey || (await hashOf(store, name)) === part.sha256) return false;
  throw new EngineError(
    `${name} at ${url} was written by somebody else meanwhile: nothing is overwritten`,
    2,
    "restore into another backend",
  );
}

async function hashOf(store: StateStore, key: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of store.read(key)) hash.update(chunk);
  return hash.digest("hex");
}
