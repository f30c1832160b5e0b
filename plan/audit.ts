import { directSites, keptDatasets } from "./datasets.js";
import { auditAnchorPrefix, auditPrefix, vaultBucket } from "./names.js";
import type { Plan } from "./schema/index.js";
import { domainsOf, primarySite, siteOf } from "./sites.js";

/** Where in a site's vault something is kept. */
export interface KeptAt {
  readonly site: string;
  readonly category: string;
  readonly bucket: string;
  /** Start of its keys. */
  readonly prefix: string;
}

/** Where operations are recorded: one log for each vault that jobs write to. */
export interface AuditLogPlace extends KeptAt {
  /** `chat/virginia/customer`: plan, site and category. */
  readonly name: string;
  /** Where its head is kept outside. @default nowhere: the category has one such vault only */
  readonly anchors?: KeptAt;
}

/**
 * The audit logs of a plan. A log lies at the site that operations act at, so that one that is lost keeps no other from
 * recording; its head is anchored at another, in another region where there is one.
 */
export function auditLogs(plan: Plan): AuditLogPlace[] {
  const written = new Map<string, Pick<KeptAt, "site" | "category" | "bucket">>();
  for (const [, dataset] of keptDatasets(plan))
    for (const site of directSites(dataset)) {
      const { category } = dataset;
      written.set(`${site}/${category}`, { site, category, bucket: vaultBucket(plan, site, category) });
    }
  const all = [...written.values()];
  return all.map((vault) => {
    const { site, category } = vault;
    const others = all.filter((other) => other.category === category && other.bucket !== vault.bucket);
    const outside = best(plan, site, others);
    return {
      ...{ name: `${plan.name}/${site}/${category}`, ...vault, prefix: auditPrefix(site, category) },
      ...(outside ? { anchors: { ...outside, prefix: auditAnchorPrefix(site, category) } } : {}),
    };
  });
}

/** What an operation is about. */
export interface AuditSubject {
  /** Site that it acts at. @default the primary */
  readonly site?: string | undefined;
  readonly dataset?: string | undefined;
}

/**
 * The log that an operation is recorded in: its site's where that can be reached, else another of its category.
 *
 * @param named sites without a bucket of which somebody said where they are: a folder, a mount
 * @returns undefined where the plan has none that can be reached
 */
export function auditLogOf(
  plan: Plan,
  { site, dataset }: AuditSubject,
  named: readonly string[] = [],
): AuditLogPlace | undefined {
  const category = keptDatasets(plan).find(([name]) => name === dataset)?.[1].category;
  const logs = auditLogs(plan).filter(
    (log) =>
      (category === undefined || log.category === category) &&
      (hasBucket(plan, log.site) || named.includes(log.site)),
  );
  const at = site ?? primarySite(plan);
  return logs.find((log) => log.site === at) ?? logs[0];
}

/** Whether a site's copies are reached over the network, without anybody's saying where. */
export function hasBucket(plan: Plan, site: string): boolean {
  return ["aws-region", "object-store"].includes(siteOf(plan, site).kind);
}

/** Another site that is reached at once, in another region if possible. */
function best<Kept extends { readonly site: string }>(
  plan: Plan,
  site: string,
  others: readonly Kept[],
): Kept | undefined {
  const { region } = domainsOf(plan, site);
  const worth = (other: Kept) =>
    (hasBucket(plan, other.site) ? 2 : 0) + (domainsOf(plan, other.site).region === region ? 0 : 1);
  return others.toSorted((a, b) => worth(b) - worth(a))[0];
}
