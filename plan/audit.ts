import { directSites, keptDatasets } from "./datasets.js";
import { auditAnchorPrefix, auditPrefix } from "./names.js";
import type { Plan } from "./schema/index.js";
import { domainsOf, primarySite } from "./sites.js";
import { type Vault, vaultsOf } from "./vaults.js";

/** A bucket and where in it something is kept. */
export interface KeptAt {
  readonly site: string;
  readonly region: string;
  readonly bucket: string;
  /** Start of its keys. */
  readonly prefix: string;
}

/** Where operations are recorded: one log for each vault that jobs write to. */
export interface AuditLogPlace extends KeptAt {
  /** `chat/virginia/customer`: plan, site and category. */
  readonly name: string;
  readonly category: string;
  /** Where its head is kept outside. @default nowhere: the category has one such vault only */
  readonly anchors?: KeptAt;
}

/**
 * The audit logs of a plan. A log lies at the site that operations act at, so that one that is lost keeps no other from
 * recording; its head is anchored at another, in another region where there is one.
 */
export function auditLogs(plan: Plan): AuditLogPlace[] {
  const written = vaultsOf(plan).filter(({ site, category }) =>
    keptDatasets(plan).some(
      ([, dataset]) => dataset.category === category && directSites(dataset).includes(site),
    ),
  );
  return written.map((vault) => {
    const { site, category, region, bucket } = vault;
    const outside = anchorVault(plan, vault, written);
    return {
      name: `${plan.name}/${site}/${category}`,
      ...{ site, category, region, bucket, prefix: auditPrefix(site, category) },
      ...(outside
        ? {
            anchors: {
              ...{ site: outside.site, region: outside.region, bucket: outside.bucket },
              prefix: auditAnchorPrefix(site, category),
            },
          }
        : {}),
    };
  });
}

/** What an operation is about. */
export interface AuditSubject {
  /** Site that it acts at. @default the primary */
  readonly site?: string | undefined;
  readonly dataset?: string | undefined;
}

/** The log that an operation is recorded in; undefined where the plan has no vault for one. */
export function auditLogOf(plan: Plan, { site, dataset }: AuditSubject): AuditLogPlace | undefined {
  const category = keptDatasets(plan).find(([name]) => name === dataset)?.[1].category;
  const logs = auditLogs(plan).filter((log) => category === undefined || log.category === category);
  const at = site ?? primarySite(plan);
  return logs.find((log) => log.site === at) ?? logs[0];
}

function anchorVault(
  plan: Plan,
  { site, category, bucket }: Vault,
  all: readonly Vault[],
): Vault | undefined {
  const others = all.filter((other) => other.category === category && other.bucket !== bucket);
  const { region } = domainsOf(plan, site);
  return others.find((other) => domainsOf(plan, other.site).region !== region) ?? others[0];
}
