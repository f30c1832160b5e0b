import type { CheckableDataset, CheckablePlan, CheckableSite } from "../checkable.js";
import type { Problem } from "../errors.js";
import { placeOf } from "../places.js";
import { createdBuckets } from "./buckets.js";

/**
 * A bucket that is there already is one place under one name: what is in it twice is gone once, and a copy of a bucket
 * in that bucket is none.
 */
export function oneBucketRules(plan: CheckablePlan): Problem[] {
  const { sites = {}, datasets = {} } = plan;
  return [
    ...namedTwice(sites),
    ...createdToo(plan, sites),
    ...Object.entries(datasets).flatMap(([name, dataset]) => intoItself(name, dataset, sites)),
  ];
}

type Sites = NonNullable<CheckablePlan["sites"]>;

/** Sites that name a bucket that is there already, by its name. */
function namedIn(sites: Sites): Map<string, [string, CheckableSite][]> {
  const named = new Map<string, [string, CheckableSite][]>();
  for (const [name, site] of Object.entries(sites)) {
    const bucket = site.bucket?.existing;
    if (bucket !== undefined) named.set(bucket, [...(named.get(bucket) ?? []), [name, site]]);
  }
  return named;
}

function namedTwice(sites: Sites): Problem[] {
  return [...namedIn(sites)].flatMap(([bucket, all]) =>
    all.flatMap(([name, site], index) => {
      const [first] = all.slice(0, index).find(([, other]) => haveOneName(site, other)) ?? [];
      return first === undefined
        ? []
        : [
            {
              at: `sites.${name}.bucket`,
              message: `"${name}" is the same bucket as "${first}", "${bucket}" at ${site.provider}: what is in both is one copy, and would count as two; name another bucket, or let "${first}" stand for both`,
            },
          ];
    }),
  );
}

function createdToo(plan: CheckablePlan, sites: Sites): Problem[] {
  const named = namedIn(sites);
  return createdBuckets(plan).flatMap(({ site, name, what }) =>
    (named.get(name) ?? []).flatMap(([other, existing]) => {
      const home = sites[site];
      return home && haveOneName(existing, home)
        ? [
            {
              at: `sites.${other}.bucket`,
              message: `"${other}" is the bucket "${name}", which is made for ${what} at "${site}": what is in both is one copy, and would count as two; name another bucket`,
            },
          ]
        : [];
    }),
  );
}

/** A copy of the objects of a bucket is in another bucket. */
function intoItself(name: string, { kind, at, bucket, backups }: CheckableDataset, sites: Sites): Problem[] {
  const home = at === undefined ? undefined : sites[at];
  if (kind !== "bucket" || bucket === undefined || !home) return [];
  return backups.flatMap((backup, index) =>
    backup.kind !== "copy"
      ? []
      : (["direct", "replicated"] as const).flatMap((way) =>
          backup[way].flatMap((given, copy) => {
            const site = given === undefined ? undefined : sites[given];
            return site?.bucket?.existing === bucket && haveOneName(site, home)
              ? [
                  {
                    at: `datasets.${name}.backups[${index}].${way}[${copy}]`,
                    message: `"${given}" is the bucket "${bucket}" itself, and a copy in it is gone with it; name another site, or use versions()`,
                  },
                ]
              : [];
          }),
        ),
  );
}

/** Whether one name is one bucket at both. What is known of neither is not held against anybody. */
function haveOneName(one: CheckableSite, other: CheckableSite): boolean {
  const [provider, same] = [providerOf(one), providerOf(other)];
  if (provider === undefined || provider !== same) return false;
  // "Bucket names must be unique across all AWS accounts in all the AWS Regions within a partition",
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html (read 2026-11-28).
  if (provider === "aws") return partitionOf(one) === partitionOf(other);
  // "Buckets are globally unique within the Vultr Object Storage system",
  // https://docs.vultr.com/products/cloud-storage/object-storage/limits (read 2026-11-28).
  if (provider === "vultr") return true;
  // "Bucket names must be unique across all endpoints within a region",
  // https://techdocs.akamai.com/cloud-computing/docs/object-storage-limited-availability (read 2026-11-28).
  if (provider === "linode") return samePlace(one, other);
  if (one.endpoint !== undefined && other.endpoint !== undefined)
    return hostOf(one.endpoint) === hostOf(other.endpoint);
  // "The API is available via the https://<ACCOUNT_ID>.r2.cloudflarestorage.com endpoint", whatever the region,
  // https://developers.cloudflare.com/r2/api/s3/api/ (read 2026-11-28); elsewhere a region has one for all accounts.
  if (provider === "cloudflare") return one.account === other.account;
  return one.hostedBy === other.hostedBy && samePlace(one, other);
}

function samePlace({ provider = "aws", region: one }: CheckableSite, { region: other }: CheckableSite) {
  return one !== undefined && other !== undefined && placeOf(provider, one) === placeOf(provider, other);
}

const providerOf = ({ kind, provider }: CheckableSite): string | undefined =>
  kind === "aws-region" ? "aws" : kind === "object-store" ? provider : undefined;

const partitionOf = ({ region = "" }: CheckableSite): string => /^(?:cn|us-gov)-/.exec(region)?.[0] ?? "";

const hostOf = (endpoint: string): string => URL.parse(endpoint)?.host ?? endpoint;
