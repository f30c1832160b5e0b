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

/** Every vault bucket of a plan: one per site and category that receives a copy. */
export function vaultsOf(plan: Plan): Vault[] {
  const found = new Map<string, Vault>();
  for (const [, dataset] of keptDatasets(plan))
    for (const backup of storedBackups(dataset))
      for (const site of [...backup.direct, ...backup.replicated]) {
        const { category } = dataset;
        const where = siteOf(plan, site);
        if (where.kind !== "aws-region" && where.kind !== "object-store") continue;
        const key = `${site}/${category}`;
        const known = found.get(key);
        const { least, most } = keptDays(backup.keep);
        // A day where only a number is kept: what is superseded sooner waits until then.
        const lockDays = Math.min(known?.lockDays ?? longestLockDays, Math.max(1, least));
        found.set(key, {
          site,
          category,
          region: where.region,
          bucket: vaultBucket(plan, site, category),
          // One source per copy: two sources would write the same keys.
          replicatesTo: [
            ...new Set([
              ...(known?.replicatesTo ?? []),
              ...(site === backup.direct[0] ? backup.replicated : []),
            ]),
          ],
          lockDays,
          noncurrentDays: Math.max(known?.noncurrentDays ?? 0, Math.min(most, longestLockDays) + lockDays),
        });
      }
  return [...found.values()];
}
