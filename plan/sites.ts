import { placeOf } from "./places.js";
import type { AwsRegionSite, ObjectStoreSite, Plan, Site, StoreProvider } from "./schema/index.js";

/** A site that has a region and an account at a cloud. */
export type CloudSite = AwsRegionSite | ObjectStoreSite;

/** What fails together with a site. */
export interface FailureDomains {
  /** `aws/us-east-1`, or the location of own hardware, of stores that run on it and of media. */
  readonly region: string;
  /** `aws/222222222222`; sites that nobody else can close have one of their own. */
  readonly account: string;
  /** `aws`; own hardware is nobody's, and each has one of its own. */
  readonly provider: string;
}

/** A site by name. @throws RangeError when there is none, which a checked plan rules out. */
export function siteOf(plan: Pick<Plan, "sites">, name: string): Site {
  const site = plan.sites[name];
  if (!site) throw new RangeError(`no site is called "${name}"`);
  return site;
}

/** A site with a region and an account. @throws RangeError for own hardware, media and servers */
export function cloudSiteOf(plan: Plan, name: string): CloudSite {
  const site = siteOf(plan, name);
  if (site.kind === "aws-region" || site.kind === "object-store") return site;
  throw new RangeError(`site "${name}" is of kind "${site.kind}", which has no bucket`);
}

/** A whole region. @throws RangeError for anything else */
export function regionSiteOf(plan: Plan, name: string): AwsRegionSite {
  const site = siteOf(plan, name);
  if (site.kind === "aws-region") return site;
  throw new RangeError(`site "${name}" is of kind "${site.kind}", not a region`);
}

/** The cluster of a site. @throws RangeError where there is none */
export function clusterOf(plan: Plan, name: string): NonNullable<AwsRegionSite["cluster"]> {
  const { cluster } = regionSiteOf(plan, name);
  if (!cluster) throw new RangeError(`site "${name}" has no cluster; add cluster: kubernetes({ ... })`);
  return cluster;
}

/** Whose machines a store is on; undefined for own hardware, whose region is the name of a location. */
const hostOf = ({ provider, hostedBy }: ObjectStoreSite): string | undefined =>
  // A program that anybody can run, so that two installations share no more than where and with whom they are.
  provider === "minio" ? hostedBy : provider;

/** Whose kind of object store a site has; undefined where there is none. */
export function storeProviderOf(site: Site): StoreProvider | undefined {
  if (site.kind === "aws-region") return "aws";
  return site.kind === "object-store" ? site.provider : undefined;
}

/** How a name is compared that a person wrote: `" Shop"` is `"shop"`. */
const same = (text: string): string => text.trim().toLowerCase();

/** A plan's sites are asked about for each of its datasets and disasters. */
const known = new WeakMap<Plan["sites"], Map<string, FailureDomains>>();

/** What fails together with a site. However a name is written, the same name is the same place and account. */
export function domainsOf({ sites }: Plan, name: string): FailureDomains {
  const all = known.get(sites) ?? new Map<string, FailureDomains>();
  known.set(sites, all);
  const domains = all.get(name) ?? domainsOfSite(name, siteOf({ sites }, name));
  all.set(name, domains);
  return domains;
}

function domainsOfSite(name: string, site: Site): FailureDomains {
  switch (site.kind) {
    case "aws-region":
      return { region: `aws/${site.region}`, account: `aws/${site.account}`, provider: "aws" };
    case "object-store": {
      const host = hostOf(site);
      return host === undefined
        ? {
            region: same(site.region),
            account: `${site.provider}/${same(site.account)}`,
            provider: `own/${name}`,
          }
        : rentedFrom(host, site);
    }
    case "vps":
      return rentedFrom(site.provider, site);
    case "premises":
    case "media":
      return { region: site.location, account: `own/${name}`, provider: `own/${name}` };
  }
}

const rentedFrom = (
  provider: string,
  { region, account }: { readonly region: string; readonly account: string },
): FailureDomains => ({
  region: `${provider}/${placeOf(provider, region)}`,
  account: `${provider}/${same(account)}`,
  provider,
});

type Serving = Extract<Site, { role: unknown }>;

/** Sites that run something: all but stores and media. */
export function servingSites(plan: Plan): [string, Serving][] {
  return Object.entries(plan.sites).flatMap(([name, site]) =>
    "role" in site ? [[name, site] satisfies [string, Serving]] : [],
  );
}

/** The site that serves when nothing has happened. */
export function primarySite(plan: Plan): string {
  const found = servingSites(plan).find(([, { role }]) => role === "primary");
  if (!found) throw new RangeError(`plan "${plan.name}" has no primary`);
  return found[0];
}

/** Sites that can take over. */
export function standbySites(plan: Plan): string[] {
  return servingSites(plan).flatMap(([name, { role }]) => (role === "standby" ? [name] : []));
}
