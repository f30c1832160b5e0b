import { homeJurisdiction, jurisdictionAt, jurisdictionOf, liesWithin } from "../jurisdictions.js";
import type { KeptDataset, Plan, Site } from "../schema/index.js";
import { domainsOf, siteOf, storeProviderOf } from "../sites.js";
import type { Size } from "../units.js";
import { isServing, listed } from "./holdings.js";

/**
 * Why a dataset may not be at a site; undefined where it may.
 *
 * With `residency`, the site's law has to be known and among those named. A `regional` dataset stays in its region;
 * only what is stored offsite, where nothing runs, may be in another one under the same law.
 */
export function whyNotAt(plan: Plan, dataset: Bounds, site: string): string | undefined {
  const why = whyNotStoredAt(plan, dataset, site);
  const [region, other] = [domainsOf(plan, dataset.at).region, domainsOf(plan, site).region];
  const leaves = dataset.regional && other !== region && isServing(siteOf(plan, site));
  // Where the law is broken too, that is the harder reason.
  return leaves && !isUnlawful(plan, dataset, site)
    ? `it runs in ${other}, and the data never leaves ${region}`
    : why;
}

/** What binds a dataset to a place. */
type Bounds = Pick<KeptDataset, "at" | "residency" | "regional">;

const isUnlawful = (plan: Plan, { residency }: Bounds, site: string): boolean => {
  const law = jurisdictionOf(plan, site);
  return residency !== undefined && (law === undefined || !liesWithin(law, residency));
};

/** The same for what only lies there, such as a key: what is `regional` may leave its region, and no law. */
export function whyNotStoredAt(plan: Plan, dataset: Bounds, site: string): string | undefined {
  const { at, residency, regional } = dataset;
  const law = jurisdictionOf(plan, site);
  const under = law === undefined ? "nobody says whose law applies there" : `it is under the law of "${law}"`;
  if (residency && isUnlawful(plan, dataset, site)) return `${under}; allowed is ${listed(residency)}`;
  const region = domainsOf(plan, at).region;
  if (!regional || domainsOf(plan, site).region === region) return undefined;
  const home = residency ?? [homeJurisdiction(siteOf(plan, at))].flatMap((each) => each ?? []);
  return law !== undefined && liesWithin(law, home)
    ? undefined
    : `${under}; stored outside ${region} it stays under ${home.length > 0 ? listed(home) : "the law of its home, which nobody states"}`;
}

/** Whether a site takes copies: the witness holds the lease and nothing else. */
export const takesCopies = (plan: Plan, site: string): boolean => site !== plan.lease?.witness;

/** A site that a plan does not have yet. */
export interface AddedSite {
  readonly name: string;
  readonly site: Site;
}

/** AWS regions that a second copy can go to. */
const awsRegions = [
  ...["us-west-2", "us-east-2", "eu-central-1", "eu-west-1", "eu-west-3", "eu-west-2", "ca-central-1"],
  ...["ca-west-1", "ap-southeast-2", "ap-southeast-4", "ap-northeast-1", "ap-northeast-3", "ap-south-2"],
];

/**
 * A place for one more copy under a dataset's law: a bucket in another region where the dataset is at AWS, else a
 * medium that is carried to another location every week. The same plan and law give the same site under the same name.
 *
 * `apart`: another kind of medium is needed, so a bucket will not do.
 */
export function addedSite(plan: Plan, dataset: KeptDataset, apart: boolean): AddedSite {
  const home = siteOf(plan, dataset.at);
  const law = dataset.residency?.[0] ?? homeJurisdiction(home);
  const speed: Size = "100MiB";
  const common = { ...(law === undefined ? {} : { jurisdiction: law }), upload: speed, download: speed };
  const account = home.kind === "aws-region" || home.kind === "object-store" ? home.account : "";
  const used = new Set(Object.keys(plan.sites).map((name) => domainsOf(plan, name).region));
  const region =
    storeProviderOf(home) === "aws" && !apart
      ? awsRegions.find((each) => !used.has(`aws/${each}`) && isNear(each, dataset, home))
      : undefined;
  const medium: Site = {
    ...{ kind: "media", location: freeName(used, "offsite"), every: "7d", transit: "1d", offline: true },
    ...common,
  };
  const bucket = { kind: "object-store", provider: "aws", account, tier: "standard" } as const;
  // A region says whose law applies; stating it again could only contradict it.
  const site: Site = region === undefined ? medium : { ...bucket, region, upload: speed, download: speed };
  const kind = region === undefined ? "shelf" : "offsite";
  return { name: freeName(new Set(Object.keys(plan.sites)), law ? `${kind}-${law}` : kind), site };
}

/** Under the dataset's law, or its home's where it is regional; where nothing binds it, in the same part of the world. */
function isNear(region: string, { residency, regional }: KeptDataset, home: Site): boolean {
  const law = jurisdictionAt({ kind: "aws-region", region });
  const own = homeJurisdiction(home);
  const laws = residency ?? (regional && own !== undefined ? [own] : undefined);
  if (laws) return law !== undefined && liesWithin(law, laws);
  return "region" in home && home.region.split("-")[0] === region.split("-")[0];
}

/** A name that is not used yet: the wanted one, or that with a number. At most 32 characters, as names are. */
export function freeName(used: ReadonlySet<string>, wanted: string): string {
  let name = wanted;
  for (let number = 2; used.has(name); number += 1) {
    const end = `-${number}`;
    name = `${wanted.slice(0, 32 - end.length)}${end}`;
  }
  return name;
}
