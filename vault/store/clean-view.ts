import { VaultError } from "../errors.js";
import type { ObjectStore } from "../object-store.js";
import { needs } from "./capabilities.js";
import type { ObjectVersion, Store } from "./store.js";

/**
 * A store as it was at a moment: deletions, overwrites and whatever else came later are stepped back behind. Reads only.
 *
 * @throws UnsupportedByStore when the store has no history, or one without dates; `asFirstWritten` may still do
 */
export function asOf(store: Store, moment: Date): ObjectStore {
  const label = `${store.label} as of ${moment.toISOString()}`;
  needs(store.declared, "version-times", store.label, "a view as of a moment");
  return viewOf(store, label, (versions) => {
    const then = versions.find(({ modifiedAt }) => modifiedAt <= moment);
    return then?.deleted ? undefined : then;
  });
}

/**
 * A store as every key was first written: the truth about what is written once and never again, such as manifests and
 * keys, whenever it was tampered with. Reads only.
 */
export function asFirstWritten(store: Store): ObjectStore {
  return viewOf(store, `${store.label} as first written`, (versions) =>
    versions.findLast(({ deleted }) => !deleted),
  );
}

/** Something that was done to a key that is written once. */
export interface Disturbance {
  readonly key: string;
  readonly what: "deleted" | "overwritten";
  readonly at: Date;
}

/** What was done under a prefix whose keys are written once; empty when nothing was. */
export async function disturbances(store: Store, prefix: string): Promise<Disturbance[]> {
  const found: Disturbance[] = [];
  for await (const versions of histories(store, prefix))
    for (const { key, deleted, modifiedAt } of versions.slice(0, -1))
      found.push({ key, what: deleted ? "deleted" : "overwritten", at: modifiedAt });
  return found;
}

/** Picks from a key's versions, newest first, the one that counts. */
type Pick = (versions: readonly ObjectVersion[]) => ObjectVersion | undefined;

function viewOf(store: Store, label: string, pick: Pick): ObjectStore {
  const refuse = (key: string) => new VaultError(`${key} is not written: ${label} can only be read`);
  const list = async function* (prefix: string) {
    for await (const versions of histories(store, prefix)) {
      const found = pick(versions);
      if (found) yield found;
    }
  };
  return {
    label,
    list,
    async get(key) {
      for await (const versions of histories(store, key)) {
        if (versions[0]?.key !== key) continue;
        const found = pick(versions);
        return found && store.getVersion(key, found.version);
      }
      return undefined;
    },
    async create(key) {
      throw refuse(key);
    },
    async folders(prefix) {
      const found = new Set<string>();
      for await (const { key } of list(prefix)) {
        const rest = key.slice(prefix.length);
        if (rest.includes("/")) found.add(rest.slice(0, rest.indexOf("/")));
      }
      return [...found];
    },
  };
}

/** The versions of each key under a prefix; a key at a time in memory. */
async function* histories(store: Store, prefix: string): AsyncIterable<ObjectVersion[]> {
  let versions: ObjectVersion[] = [];
  for await (const version of store.versions(prefix)) {
    if (versions[0] && versions[0].key !== version.key) {
      yield versions;
      versions = [];
    }
    versions.push(version);
  }
  if (versions.length > 0) yield versions;
}
