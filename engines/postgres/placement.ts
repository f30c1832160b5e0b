import {
  cloudSiteOf,
  directSites,
  names,
  type Plan,
  type PostgresDataset,
  postgresDatasets,
} from "../../plan/index.js";
import { type KeyRef, type Store, s3Store } from "../../vault/index.js";
import { EngineError } from "../errors.js";

/** A PostgreSQL dataset as one of its sites sees it. */
export interface Placement {
  readonly plan: Plan;
  readonly site: string;
  readonly region: string;
  readonly dataset: string;
  readonly spec: PostgresDataset;
  /** Sites that a job of this site writes to itself: its own first. */
  readonly direct: readonly string[];
  /** The key that wraps the repository's passphrase, here. */
  readonly key: KeyRef;
}

/**
 * Places a dataset at a site.
 *
 * The site's own copy comes first. At its home site a dataset writes to every direct copy; after a takeover only
 * to the site's own, because the others may be what was lost.
 *
 * @throws EngineError when the plan has no such dataset or site, or the site holds no copy.
 */
export function place(plan: Plan, site: string, dataset: string): Placement {
  const spec = postgresDatasets(plan).find(([name]) => name === dataset)?.[1];
  if (!spec) throw new EngineError(`plan "${plan.name}" has no PostgreSQL dataset called "${dataset}"`, 2);
  if (!(site in plan.sites))
    throw new EngineError(
      `plan "${plan.name}" has no site called "${site}"; it has ${Object.keys(plan.sites).join(", ")}`,
      2,
    );
  const all = directSites(spec);
  if (!all.includes(site)) throw new EngineError(`site "${site}" holds no direct copy of "${dataset}"`, 2);
  const { region } = cloudSiteOf(plan, site);
  return {
    plan,
    site,
    region,
    dataset,
    spec,
    direct: [site, ...(spec.at === site ? all.filter((other) => other !== site) : [])],
    key: {
      alias: names.keyAlias(plan, spec.category),
      region,
      context: { plan: plan.name, dataset },
    },
  };
}

/** Bucket and region of a site's copy. */
export function copyAt({ plan, spec }: Placement, site: string): { bucket: string; region: string } {
  return { bucket: names.vaultBucket(plan, site, spec.category), region: cloudSiteOf(plan, site).region };
}

/** Store of a site's copy. */
export function storeAt(placement: Placement, site: string): Store {
  return s3Store(copyAt(placement, site));
}
