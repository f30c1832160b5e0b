import { keptDatasets, keptDays, storedBackups } from "./datasets.js";
import { vaultBucket } from "./names.js";
import type { Plan } from "./schema/index.js";
import { siteOf } from "./sites.js";

/** One vault bucket that the plan calls for. */
export interface Vault {
  readonly site: string;
  readonly category: string;
  readonly region: string;
  readonly bucket: string;
  /** Sites whose bucket of the same category the store copies from here. */
  readonly replicatesTo: readonly string[];
  /** Days during which nothing in it can be deleted: the shortest time any of its backups is kept, at least one. */
  readonly lockDays: number;
  /** Days after which superseded versions go: the longest time any of its backups is kept, and the lock. */
  readonly noncurrentDays: number;
}

/** S3 locks for at most a hundred years. */
const longestLockDays = 36_500;

/** Least and most days ahead: a run or two that are missed do no harm, and nothing takes a lock back. */
const ahead = { least: 7, most: 90 };

/** How far ahead, in days, a vault's locks are renewed: as long as what is written there is locked by itself, within bounds. */
export const lockAhead = (lockDays: number = ahead.least): number =>
  Math.min(Math.max(lockDays, ahead.least), ahead.most);

/** A vault while backup after backup is added to it: plans have thousands of them. */
interface Draft extends Omit<Vault, "replicatesTo" | "lockDays" | "noncurrentDays"> {
  readonly replicatesTo: Set<string>;
  lockDays: number;
  noncurrentDays: number;
}
const unset = { lockDays: longestLockDays, noncurrentDays: 0 };

/** Every vault bucket of a plan: one per site and category that receives a copy. */
export function vaultsOf(plan: Plan): Vault[] {
  const found = new Map<string, Draft>();
  for (const [, dataset] of keptDatasets(plan))
    for (const backup of storedBackups(dataset))
      for (const site of [...backup.direct, ...backup.replicated]) {
        const { category } = dataset;
        const where = siteOf(plan, site);
        if (where.kind !== "aws-region" && where.kind !== "object-store") continue;
        const key = `${site}/${category}`;
        let vault = found.get(key);
        if (!vault) {
          const bucket = vaultBucket(plan, site, category);
          vault = { ...{ site, category, bucket, region: where.region, replicatesTo: new Set() }, ...unset };
          found.set(key, vault);
        }
        const { least, most } = keptDays(backup.keep);
        // A day where only a number is kept: what is superseded sooner waits until then.
        vault.lockDays = Math.min(vault.lockDays, Math.max(1, least));
        vault.noncurrentDays = Math.max(
          vault.noncurrentDays,
          Math.min(most, longestLockDays) + vault.lockDays,
        );
        // One source per copy: two sources would write the same keys.
        if (site === backup.direct[0]) for (const to of backup.replicated) vault.replicatesTo.add(to);
      }
  return [...found.values()].map((vault) => ({ ...vault, replicatesTo: [...vault.replicatesTo] }));
}
