import type { ObjectStore } from "../object-store.js";

/** A store that holds everything in memory and can be changed from the side, as a hostile hand would. */
export interface MemoryStore extends ObjectStore {
  readonly objects: Map<string, Buffer>;
}

/** An empty one. */
export function memoryStore(): MemoryStore {
  const objects = new Map<string, Buffer>();
  const keys = () => [...objects.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return {
    label: "memory",
    objects,
    get: async (key) => objects.get(key),
    create: async (key, body) => {
      if (objects.has(key)) return false;
      objects.set(key, Buffer.from(body));
      return true;
    },
    async *list(prefix) {
      for (const key of keys())
        if (key.startsWith(prefix))
          yield { key, bytes: objects.get(key)?.byteLength ?? 0, modifiedAt: new Date(0) };
    },
    folders: async (prefix) => [
      ...new Set(
        keys().flatMap((key) => {
          const rest = key.slice(prefix.length);
          return key.startsWith(prefix) && rest.includes("/") ? [rest.slice(0, rest.indexOf("/"))] : [];
        }),
      ),
    ],
  };
}
