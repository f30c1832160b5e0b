import pLimit from "p-limit";

import { locksNothing } from "../store/capabilities.js";
import type { ObjectVersion, Store } from "../store/store.js";
import type { PartFault } from "./parts.js";

/** What an extension of locks did. */
export interface LocksExtended {
  /** Objects that are locked longer than before. */
  readonly extended: number;
  /** Objects that were locked as long already. */
  readonly already: number;
  /** Objects that are to be kept and are not there, or no more what was written. */
  readonly missing: readonly PartFault[];
}

/** How far a lock has to reach. */
export interface LockReach {
  /** A lock that is renewed ends then. */
  readonly until: Date;
  /** One that lasts until then is left as it is: renewing all of them each day would cost a request an object. @default `until` */
  readonly least?: Date;
}

/** An object that has to stay locked, and how far. */
export interface LockNeed extends LockReach {
  readonly key: string;
  /**
   * Which version of it counts: of what is written once the first, whatever was laid over it since; of what its tool
   * overwrites the present one. @default "once"
   */
  readonly written?: "once" | "over";
  /**
   * Until then its tool may have written it anew: what was cut off is taken up. Of a store that dates versions the last one
   * of that time counts. @default the first one ever
   */
  readonly finishedAt?: Date;
}

/** How locks are extended. */
export interface LockOptions {
  /** Whether it is only counted what would be extended. @default false */
  readonly look?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Objects that are asked for at once. */
const atOnce = 8;

/**
 * Renews the locks on what kept points consist of: a lock that was set when an object was written ends long before a
 * full backup stops being needed by those that add to it. Never shortens one.
 *
 * @param needs objects of points that are kept: parts, manifests, keys
 * @throws UnsupportedByStore when the store has no locks, VaultError when its bucket was made without
 */
export async function extendLocks(
  store: Store,
  needs: Iterable<LockNeed>,
  { look = false, signal }: LockOptions = {},
): Promise<LocksExtended> {
  // An object that two points need is locked for the one that needs it longer.
  const longest = new Map<string, LockNeed>();
  for (const need of needs) {
    const known = longest.get(need.key);
    if (!known || known.until < need.until) longest.set(need.key, need);
  }
  const missing: PartFault[] = [];
  const limit = pLimit(atOnce);
  // Of its bucket one version tells.
  let lockable: Promise<boolean> | undefined;
  const outcomes = await limit.map([...longest.values()], async (need) => {
    const { key, until, least = until } = need;
    signal?.throwIfAborted();
    const { version, problem } = await countingVersion(store, need);
    if (problem !== undefined) missing.push({ key, problem });
    if (version === undefined) return undefined;
    const present = await store.lockedUntil(key, version);
    if (present && present >= least) return "already";
    if (!look) await store.lock(key, version, until);
    else if (!present) {
      lockable ??= store.lockable(key, version);
      if (!(await lockable)) throw locksNothing(store.label);
    }
    return "extended";
  });
  const count = (wanted: string) => outcomes.filter((one) => one === wanted).length;
  return {
    extended: count("extended"),
    already: count("already"),
    missing: missing.sort((a, b) => (a.key < b.key ? -1 : 1)),
  };
}

/** The version that counts, and what is wrong with what lies there. */
async function countingVersion(
  store: Store,
  { key, written = "once", finishedAt }: LockNeed,
): Promise<{ readonly version?: string; readonly problem?: string }> {
  const versions: ObjectVersion[] = [];
  for await (const found of store.versions(key)) if (found.key === key) versions.push(found);
  const [newest] = versions;
  if (written === "over" && newest && !newest.deleted) return { version: newest.version };
  const there = versions.filter(({ deleted }) => !deleted);
  const finished =
    finishedAt && store.declared["version-times"]
      ? there.find(({ modifiedAt }) => modifiedAt <= finishedAt)
      : undefined;
  const own = finished ?? there.at(-1);
  if (!newest || !own) return { problem: "it is missing" };
  if (newest === own) return { version: own.version };
  return {
    version: own.version,
    problem: newest.deleted
      ? "it was deleted, and lies beneath the mark"
      : "it was overwritten, and lies beneath",
  };
}
