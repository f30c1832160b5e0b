import type { CheckablePlan, CheckableSite } from "../checkable.js";
import type { Problem } from "../errors.js";
import { bucketKinds } from "./sites.js";

/**
 * "Bucket names must be between 3 (min) and 63 (max) characters long",
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html (read 2026-11-21).
 */
const longest = 63;

/** A bucket that the plan creates, by the end of its name: `names.ts` says the same of a plan that was read. */
export interface Bucket {
  readonly site: string;
  /** A category, or `lease`. */
  readonly end: string;
  readonly name: string;
  /** What it is for, as a message says it. */
  readonly what: string;
}

/** Names of buckets are made of others: no two come to the same, and none is longer than a store allows. */
export function bucketRules(plan: CheckablePlan): Problem[] {
  const seen = new Map<string, Bucket>();
  return createdBuckets(plan).flatMap((bucket) => {
    const { site, name, what } = bucket;
    const at = `sites.${site}`;
    const other = seen.get(name);
    if (!other) seen.set(name, bucket);
    return [
      ...(other
        ? [
            {
              at,
              message: `${what} at "${site}" and ${other.what} at "${other.site}" would both have the bucket "${name}"; rename a site or a category`,
            },
          ]
        : []),
      ...(name.length > longest
        ? [
            {
              at,
              message: `${what} at "${site}" would have the bucket "${name}" of ${name.length} characters, and ${longest} are allowed; shorten bucketPrefix, the site's name or the category`,
            },
          ]
        : []),
    ];
  });
}

/** Every bucket that the plan creates, each once. */
export function createdBuckets({
  name: plan,
  bucketPrefix,
  sites = {},
  datasets = {},
  lease,
}: CheckablePlan): Bucket[] {
  const prefix = bucketPrefix ?? plan;
  const wanted = new Map<string, Bucket>();
  if (prefix === undefined) return [];
  const add = (site: string | undefined, end: string, what: string) => {
    const found = site === undefined ? undefined : sites[site];
    if (site === undefined || !isCreated(found)) return;
    wanted.set(JSON.stringify([site, what]), { site, end, what, name: `${prefix}-${site}-${end}` });
  };
  for (const { category, backups } of Object.values(datasets))
    for (const { kind, direct, replicated } of category === undefined ? [] : backups)
      if (kind !== "replica")
        for (const site of [...direct, ...replicated]) add(site, category ?? "", `category "${category}"`);
  if (lease) add(lease.witness, "lease", "the lease");
  return [...wanted.values()];
}

const isCreated = (site: CheckableSite | undefined): boolean =>
  site?.kind !== undefined && bucketKinds.has(site.kind) && site.bucket === undefined;
