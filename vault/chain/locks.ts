import type { Store } from "../store/store.js";
import type { PartFault } from "./parts.js";

/** What an extension of locks did. */
export interface LocksExtended {
  /** Objects that are locked longer than before. */
  readonly extended: number;
  /** Objects that were locked as long already. */
  readonly already: number;
  /** Objects that are to be kept and are not there. */
  readonly missing: readonly PartFault[];
}

/**
 * Renews the locks on what kept points consist of: a lock that was set when an object was written ends long before a
 * full backup stops being needed by those that add to it.
 *
 * @param keys objects of points that are kept: parts, manifests, keys
 * @throws UnsupportedByStore when the store has no locks
 */
export async function extendLocks(store: Store, keys: Iterable<string>, until: Date): Promise<LocksExtended> {
  let extended = 0;
  let already = 0;
  const missing: PartFault[] = [];
  for (const key of new Set(keys)) {
    const version = await presentVersion(store, key);
    if (version === undefined) {
      missing.push({ key, problem: "it is missing" });
      continue;
    }
    const present = await store.lockedUntil(key, version);
    if (present && present >= until) already += 1;
    else {
      await store.lock(key, version, until);
      extended += 1;
    }
  }
  return { extended, already, missing };
}

async function presentVersion(store: Store, key: string): Promise<string | undefined> {
  for await (const found of store.versions(key))
    if (found.key === key) return found.deleted ? undefined : found.version;
  return undefined;
}
