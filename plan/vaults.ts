import { vaultBucket } from "./names.js";
import type { Plan, PostgresDataset, Site } from "./schema.js";
import { seconds } from "./units.js";

/** One vault bucket that the plan calls for. */
export interface Vault {
  readonly site: string;
  readonly category: string;
  readonly region: string;
  readonly bucket: string;
  /** Sites whose bucket of the same category the store copies from here. */
  readonly replicatesTo: readonly string[];
  /** Days during which nothing in it can be deleted: the shortest time any of its backups is kept. */
  readonly lockDays: number;
  /** Days after which superseded versions go: the longest time any of its backups is kept, and the lock. */
  readonly noncurrentDays: number;
}

/** Datasets with backups, by name. */
export function postgresDatasets(plan: Plan): [string, PostgresDataset][] {
  return Object.entries(plan.datasets).flatMap(([name, dataset]) =>
    dataset.kind === "postgres" ? [[name, dataset] satisfies [string, PostgresDataset]] : [],
  );
}

/** Data categories of a plan, sorted. */
export function categories(plan: Plan): string[] {
  return [...new Set(postgresDatasets(plan).map(([, { category }]) => category))].sort();
}

/** Every vault bucket of a plan: one per site and category that receives a copy. */
export function vaultsOf(plan: Plan): Vault[] {
  const found = new Map<string, Vault>();
  for (const [, { category, backups }] of postgresDatasets(plan))
    for (const backup of backups)
      for (const site of [...backup.direct, ...backup.replicated]) {
        const key = `${site}/${category}`;
        const known = found.get(key);
        const keepDays = Math.ceil(seconds(backup.keep) / 86_400);
        const lockDays = Math.min(known?.lockDays ?? Number.POSITIVE_INFINITY, keepDays);
        found.set(key, {
          site,
          category,
          region: siteOf(plan, site).region,
          bucket: vaultBucket(plan, site, category),
          // One source per copy: two sources would write the same keys.
          replicatesTo: [
            ...new Set([
              ...(known?.replicatesTo ?? []),
              ...(site === backup.direct[0] ? backup.replicated : []),
            ]),
          ],
          lockDays,
          noncurrentDays: Math.max(known?.noncurrentDays ?? 0, keepDays + lockDays),
        });
      }
  return [...found.values()];
}

/** A site by name. @throws RangeError when there is none, which a checked plan rules out. */
export function siteOf(plan: Plan, name: string): Site {
  const site = plan.sites[name];
  if (!site) throw new RangeError(`no site is called "${name}"`);
  return site;
}

/** The site that serves when nothing has happened. */
export function primarySite(plan: Plan): string {
  const found = Object.entries(plan.sites).find(
    ([, site]) => site.kind === "aws-region" && site.role === "primary",
  );
  if (!found) throw new RangeError(`plan "${plan.name}" has no primary`);
  return found[0];
}

/** Sites that can take over. */
export function standbySites(plan: Plan): string[] {
  return Object.entries(plan.sites).flatMap(([name, site]) =>
    site.kind === "aws-region" && site.role === "standby" ? [name] : [],
  );
}
