import { createHash } from "node:crypto";

import { open, type SealKey, type Store, seal, type Uploaded } from "../vault/index.js";
import type { Part, PartReader, PartWriter } from "./engine.js";

/** Where a point's parts lie in a vault, and what seals them. */
export interface SealedPlace {
  readonly store: Pick<Store, "label" | "upload" | "read" | "delete">;
  /** Keys begin with it; a point's own, ending with `/`. */
  readonly prefix: string;
  readonly key: SealKey;
}

/** A writer that also tells what lies in the store: a manifest lists the objects as they are stored. */
export interface SealedWriter extends PartWriter {
  /** Objects written so far, encrypted as they are. */
  readonly stored: readonly Uploaded[];
}

/** Each object is bound to its own name: one that is put in another's place does not open. */
const bound = ({ key, prefix }: SealedPlace, name: string): SealKey => ({
  ...key,
  context: { ...key.context, object: `${prefix}${name}` },
});

/** Streams parts into a vault, encrypted on the way; nothing in clear leaves this process. */
export function sealedWriter(place: SealedPlace): SealedWriter {
  const { store, prefix } = place;
  const stored: Uploaded[] = [];
  return {
    label: store.label,
    stored,
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
      stored.push(await store.upload(`${prefix}${name}`, seal(counted(), bound(place, name))));
      return { name, bytes, sha256: hash.digest("hex") };
    },
    async discard() {
      for (const { key } of stored.splice(0)) await store.delete(key);
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
