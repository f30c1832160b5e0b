import { createHash } from "node:crypto";

import { open, type SealKey, type Store, seal, type Uploaded } from "../../vault/index.js";
import type { Part, PartReader, PartWriter } from "../engine.js";
import { fanOut } from "./fan-out.js";

/** Where a point's parts lie, and what seals them. */
interface Sealed {
  /** Keys begin with it; a point's own, ending with `/`. */
  readonly prefix: string;
  readonly key: SealKey;
}

/** One copy of a point, to read. */
export interface SealedPlace extends Sealed {
  readonly store: Pick<Store, "label" | "read">;
}

type WritableStore = Pick<Store, "label" | "upload" | "delete">;

/** Every copy of a point, to write at once. */
export interface SealedPlaces extends Sealed {
  readonly stores: readonly WritableStore[];
  readonly signal?: AbortSignal | undefined;
}

/** What became of one copy. */
export interface SealedLane {
  readonly store: WritableStore;
  /** Objects written so far, encrypted as they are. */
  readonly stored: readonly Uploaded[];
  /** Why nothing more is written there; what was is removed. Absent while all is well. */
  readonly failure?: unknown;
}

/** A writer that also tells what lies in each store: a manifest lists the objects as they are stored. */
export interface SealedWriter extends PartWriter {
  /** In the order of the stores. */
  readonly lanes: readonly SealedLane[];
}

/** Each object is bound to its own name: one that is put in another's place does not open. */
const bound = ({ key, prefix }: Sealed, name: string): SealKey => ({
  ...key,
  context: { ...key.context, object: `${prefix}${name}` },
});

/**
 * Streams parts into every copy at once, encrypted once on the way; nothing in clear leaves this process. A copy that
 * fails is given up by itself; only when none is left does the writing fail.
 */
export function sealedWriter(places: SealedPlaces): SealedWriter {
  const { stores, prefix, signal } = places;
  const lanes = stores.map((store) => ({ store, stored: [] as Uploaded[], failure: undefined as unknown }));
  type Lane = (typeof lanes)[number];
  const clear = async ({ store, stored }: Lane) => {
    for (const { key } of stored.splice(0)) await store.delete(key);
  };
  const give = async (lane: Lane, failure: unknown) => {
    lane.failure = failure ?? new Error("it failed without saying why");
    // A copy that is gone cannot be cleared; what is left there is no point, and collected by a later prune.
    await clear(lane).catch(() => undefined);
  };
  return {
    label: stores.map(({ label }) => label).join(" and "),
    lanes,
    async write(name, content): Promise<Part> {
      const hash = createHash("sha256");
      let bytes = 0;
      async function* counted() {
        for await (const chunk of content) {
          hash.update(chunk);
          bytes += chunk.length;
          yield chunk;
        }
      }
      const open = lanes.filter(({ failure }) => failure === undefined);
      const out = fanOut(seal(counted(), bound(places, name)), open.length);
      const failures = await Promise.all(
        open.map(async (lane, index) => {
          const branch = out.branches[index];
          try {
            if (branch)
              lane.stored.push(await lane.store.upload(`${prefix}${name}`, branch, signal ? { signal } : {}));
            return undefined;
          } catch (error) {
            branch?.destroy();
            return { lane, error };
          }
        }),
      );
      out.close();
      const broken = out.broken();
      if (broken !== undefined) throw broken;
      signal?.throwIfAborted();
      for (const failed of failures) if (failed) await give(failed.lane, failed.error);
      if (lanes.every(({ failure }) => failure !== undefined)) throw failures.find(Boolean)?.error;
      return { name, bytes, sha256: hash.digest("hex") };
    },
    async discard() {
      for (const lane of lanes) await clear(lane);
    },
  };
}

/** Streams parts from a vault, decrypted; what does not open is an error that names it. */
export function sealedReader(place: SealedPlace): PartReader {
  const { store, prefix } = place;
  return {
    label: store.label,
    read: ({ name }) => open(store.read(`${prefix}${name}`), bound(place, name)),
  };
}
