import pLimit from "p-limit";

import { names } from "../../plan/index.js";
import { damagedParts, digest, type NamedKey, type Store, VaultError } from "../../vault/index.js";
import { isGood, newestFirst, type RecoveryPoint } from "./points.js";
import type { PhysicalPoint } from "./points-chain.js";
import type { Copy, CopyRef, EpochContent } from "./points-copies.js";
import { walReach } from "./points-wal.js";

/** Points whose parts are read at once. */
const readAtOnce = 8;

/** Something in a copy that is not as it was stored. */
export interface Damage {
  readonly dataset: string;
  readonly site: string;
  readonly epoch: number;
  /** Key of the object, or name of the segment. */
  readonly object: string;
  readonly problem: string;
  /** Point that it belongs to; absent where it belongs to several. */
  readonly label?: string;
  /** The newest good point that is older, at whichever copy. */
  readonly instead?: { readonly label: string; readonly site: string };
}

/** What was looked at in one copy. */
export interface Verified {
  readonly dataset: string;
  readonly site: string;
  readonly unreachable?: string;
  readonly manifests: number;
  readonly parts: number;
  readonly segments: number;
  readonly damage: readonly Damage[];
}

/**
 * Verifies what is stored, from anywhere and without a key: the chain of entries with its signatures, every part's
 * checksum, the keys' objects, and the log's continuity. That the backups' own files are whole takes the repository's passphrase: that is the structural level.
 *
 * A copy of which something that is looked at does not come is one that does not answer, and hides no other.
 *
 * @param logKept how many of the newest backups have their log kept: before that, gaps are how retention works
 */
export async function verifyStored(
  copy: Copy,
  of: Pick<CopyRef, "store">,
  logKept: number,
): Promise<Verified> {
  try {
    return await storedAt(copy, of, logKept);
  } catch (error) {
    if (!(error instanceof VaultError)) throw error;
    const { dataset, site } = copy;
    return { dataset, site, manifests: 0, parts: 0, segments: 0, damage: [], unreachable: error.message };
  }
}

async function storedAt(copy: Copy, { store }: Pick<CopyRef, "store">, logKept: number): Promise<Verified> {
  const { dataset, site, keyProblem } = copy;
  const damage: Damage[] = [];
  let parts = 0;
  const epoch = copy.epochs.at(-1)?.epoch ?? 1;
  if (keyProblem !== undefined)
    damage.push({ dataset, site, epoch, object: names.keyPrefix(dataset), problem: keyProblem });
  for (const content of copy.epochs) {
    const where = { dataset, site, epoch: content.epoch };
    const { points } = content.chain;
    damage.push(...chain(content).map((found) => ({ ...where, ...found })));
    const faults = await pLimit(readAtOnce).map(points, async ({ label, parts: all }) =>
      (await damagedParts(store, all)).map(({ key, problem }) => ({ object: key, label, problem })),
    );
    damage.push(...faults.flat().map((found) => ({ ...where, ...found })));
    parts += points.reduce((sum, { parts: all }) => sum + all.length, 0);
    damage.push(...(await exchangedKeys(points, store)).map((found) => ({ ...where, ...found })));
    damage.push(...log(content, logKept).map((found) => ({ ...where, ...found })));
  }
  return {
    ...{ dataset, site, parts, damage },
    ...(copy.unreachable === undefined ? {} : { unreachable: copy.unreachable }),
    manifests: copy.epochs.reduce((sum, { chain: { entries } }) => sum + entries.length, 0),
    segments: copy.epochs.reduce((sum, { wal }) => sum + wal.size, 0),
  };
}

type Found = Pick<Damage, "object" | "problem"> & { readonly label?: string };

/** What is wrong with a chain, and which point it concerns. */
export function chain({ chain: { faults, points } }: Pick<EpochContent, "chain">): Found[] {
  return faults.map(({ key, problem }) => {
    const label = points.find((point) => point.key === key)?.label;
    return { object: key, problem, ...(label === undefined ? {} : { label }) };
  });
}

/** Keys that are no longer those with which points were taken: what they sealed does not open with another. */
async function exchangedKeys(points: readonly PhysicalPoint[], store: Store): Promise<Found[]> {
  const named = new Map<string, NamedKey>();
  for (const key of points.flatMap(({ keys }) => keys)) named.set(`${key.object} ${key.sha256}`, key);
  const found: Found[] = [];
  for (const { object, sha256 } of named.values()) {
    const body = await store.get(object);
    if (!body) found.push({ object, problem: "it is missing" });
    else if (digest(body) !== sha256)
      found.push({ object, problem: "it is not the key with which points were taken: the checksum differs" });
  }
  return found;
}

/** One segment of each name, and none missing from the oldest backup whose log is kept until the newest. */
export function log(
  { chain: { points }, wal, conflicting }: Pick<EpochContent, "chain" | "wal" | "conflicting">,
  kept: number,
): Found[] {
  const missing = new Map<string, string>();
  for (const { startWal, label } of points.slice(-kept)) {
    const gap = wal.has(startWal) ? walReach(wal, startWal)?.missing : startWal;
    if (gap) missing.set(gap, label);
  }
  return [
    ...conflicting.map((object) => ({
      object,
      problem: "it is stored twice with different content: two writers",
    })),
    ...[...missing].map(([object, label]) => ({
      ...{ object, label },
      problem: "it is missing: no moment after the one before it can be restored from this point",
    })),
  ];
}

/** Names for each damaged point the newest good one that is older, at any copy. */
export function withAlternatives(
  verified: readonly Verified[],
  points: readonly RecoveryPoint[],
): Verified[] {
  const hit = (point: RecoveryPoint) =>
    verified.some(({ site, damage }) =>
      damage.some((one) => one.label === point.label && site === point.site && one.epoch === point.epoch),
    );
  // What adds to a damaged point is lost with it.
  const damaged = (point: RecoveryPoint): boolean => {
    const parent = points.find(
      ({ label, site, epoch }) => label === point.addsTo && site === point.site && epoch === point.epoch,
    );
    return hit(point) || (parent !== undefined && damaged(parent));
  };
  const good = newestFirst(points.filter((point) => isGood(point) && !damaged(point)));
  return verified.map((one) => ({
    ...one,
    damage: one.damage.map((each) => {
      const own = points.find(({ label, site }) => label === each.label && site === each.site);
      const older = good.find(
        ({ dataset, finishedAt }) => dataset === each.dataset && (!own || finishedAt < own.finishedAt),
      );
      return older ? { ...each, instead: { label: older.label, site: older.site } } : each;
    }),
  }));
}
