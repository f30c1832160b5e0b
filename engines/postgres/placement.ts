import {
  cloudSiteOf,
  directSites,
  names,
  type Plan,
  type PostgresDataset,
  postgresDatasets,
} from "../../plan/index.js";
import { copyAt, type DatasetCopy, type KeyRing, type Store } from "../../vault/index.js";
import { EngineError } from "../errors.js";

/** A PostgreSQL dataset as one of its sites sees it. */
export interface Placement {
  readonly plan: Plan;
  readonly site: string;
  readonly dataset: string;
  readonly spec: PostgresDataset;
  /** Sites that a job of this site writes to itself: its own first. */
  readonly direct: readonly string[];
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
  return {
    plan,
    site,
    dataset,
    spec,
    direct: [site, ...(spec.at === site ? all.filter((other) => other !== site) : [])],
  };
}

/** Bucket and region of a site's copy. */
export function bucketAt(
  { plan, spec }: Pick<Placement, "plan" | "spec">,
  site: string,
): { bucket: string; region: string } {
  return { bucket: names.vaultBucket(plan, site, spec.category), region: cloudSiteOf(plan, site).region };
}

/** A site's copy, with the keys that open it there. */
const datasetCopy = ({ plan, dataset }: Placement, site: string): DatasetCopy => copyAt(plan, dataset, site);

/** Store of a site's copy. */
export const storeAt = (placement: Placement, site: string): Store => datasetCopy(placement, site).store;

/** A dataset's keys as a site's copy holds them, with the key that opens them there. */
export const ringAt = (placement: Placement, site: string): KeyRing => datasetCopy(placement, site).ring;
