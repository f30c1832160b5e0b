import { VaultError } from "../errors.js";
import type { ObjectStore } from "../object-store.js";
import { needs } from "./capabilities.js";
import type { ObjectVersion, Store } from "./store.js";

/** A store behind what was done to it. */
export interface CleanView extends ObjectStore {
  /** The version of a key that counts; undefined when there is none. */
  versionOf(key: string): Promise<ObjectVersion | undefined>;
}

/**
 * A store as it was at a moment: deletions, overwrites and whatever else came later are stepped back behind. Reads only.
 *
 * @throws UnsupportedByStore when the store has no history, or one without dates; `asFirstWritten` may still do
 */
export function asOf(store: Store, moment: Date): CleanView {
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
export function asFirstWritten(store: Store): CleanView {
  return viewOf(store, `${store.label} as first written`, (versions) =>
    versions.findLast(({ deleted }) => !deleted),
  );
}

/**
 * A store as it was at a moment, for whatever reads a store. What would write is refused; a store without a dated history
 * refuses everything, and only when it is asked.
 */
export function storeAsOf(store: Store, moment: Date): Store {
  const label = `${store.label} as of ${moment.toISOString()}`;
  const view = () => asOf(store, moment);
  const refuse = async (): Promise<never> => {
    throw new VaultError(`${label} can only be read`);
  };
  return {
    ...store,
    label,
    get: async (key) => view().get(key),
    async *list(prefix) {
      yield* view().list(prefix);
    },
    folders: async (prefix) => view().folders(prefix),
    head: async (key) => view().versionOf(key),
    async *read(key) {
      const found = await view().versionOf(key);
      if (!found) throw new VaultError(`there is no ${key} at ${label}`);
      yield* store.read(key, found.version);
    },
    ...{ create: refuse, put: refuse, upload: refuse, delete: refuse, abort: refuse, lock: refuse },
  };
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

function viewOf(store: Store, label: string, pick: Pick): CleanView {
  const refuse = (key: string) => new VaultError(`${key} is not written: ${label} can only be read`);
  const list = async function* (prefix: string) {
    for await (const versions of histories(store, prefix)) {
      const found = pick(versions);
      if (found) yield found;
    }
  };
  const versionOf = async (key: string) => {
    for await (const versions of histories(store, key)) if (versions[0]?.key === key) return pick(versions);
    return undefined;
  };
  return {
    label,
    list,
    versionOf,
    async get(key) {
      const found = await versionOf(key);
      return found && store.getVersion(key, found.version);
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
