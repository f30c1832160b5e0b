import { jurisdictionAt, liesWithin } from "../../jurisdictions.js";
import type { Disaster, KeptDataset, ObjectStoreSite, Plan, Site } from "../../schema/index.js";
import { domainsOf, primarySite, siteOf } from "../../sites.js";
import type { PatchStep } from "../finding.js";
import { pointer } from "../patched.js";
import type { Change } from "./change.js";

/** Regions that a site may be added in, by provider. */
const regions = {
  aws: ["us-west-2", "us-east-2", "us-east-1", "eu-central-1", "eu-west-1"],
  hetzner: ["fsn1", "hel1", "ash"],
  digitalocean: ["fra1", "ams3", "nyc3"],
  linode: ["eu-central", "us-east"],
  vultr: ["fra", "ams", "ewr"],
} as const;

/** The first region of a provider that nothing of the plan is in and that suits. */
const freeRegion = (
  plan: Plan,
  provider: keyof typeof regions,
  suits: (jurisdiction: string) => boolean,
): string | undefined => {
  const used = usedRegions(plan);
  return regions[provider].find((region) => {
    const jurisdiction = jurisdictionAt({ provider, region });
    return !used.has(`${provider}/${region}`) && jurisdiction !== undefined && suits(jurisdiction);
  });
};

/** A standby like the primary, in another region. */
export function addedStandby(plan: Plan): Change[] {
  const primary = siteOf(plan, primarySite(plan));
  const name = freeName(plan, "standby");
  const site = elsewhere(plan, primary);
  return site
    ? [
        {
          sentence: `add a site "${name}" with role: "standby" in another region`,
          steps: [{ op: "add", path: pointer("sites", name), value: site }],
        },
      ]
    : [];
}

function elsewhere(plan: Plan, primary: Site): Site | undefined {
  const waiting = { role: "standby", mode: "pilot-light" } as const;
  if (primary.kind === "premises")
    return { ...primary, ...waiting, location: freeLocation(plan, "second-location") };
  if (primary.kind !== "aws-region" && primary.kind !== "vps") return undefined;
  const provider = primary.kind === "vps" ? primary.provider : "aws";
  const home = jurisdictionAt({ provider, region: primary.region });
  // The data that is to live there lives under this law already.
  const like = (law: string) =>
    home === undefined || law === home || (liesWithin(law, ["eu"]) && liesWithin(home, ["eu"]));
  const region = freeRegion(plan, provider, like);
  if (region === undefined) return undefined;
  if (primary.kind === "vps") return { ...primary, ...waiting, region };
  const { cluster, ...rest } = primary;
  return {
    ...{ ...rest, ...waiting, region },
    ...(cluster && {
      cluster: {
        ...cluster,
        context: region,
        oidcIssuer: cluster.oidcIssuer.replaceAll(primary.region, region),
      },
    }),
  };
}

/** A bucket that a disaster leaves: in another region of the primary's cloud, or at another provider. */
export function addedStore(
  plan: Plan,
  kept: readonly { readonly dataset: KeptDataset }[],
  disaster: Disaster,
): { name: string; steps: PatchStep[] } | undefined {
  const allowed = (law: string) =>
    kept.every(({ dataset }) => dataset.residency === undefined || liesWithin(law, dataset.residency));
  const home = domainsOf(plan, primarySite(plan));
  const primary = siteOf(plan, primarySite(plan));
  // Own hardware may have no way to any provider.
  if (primary.kind === "premises") return undefined;
  const name = freeName(plan, "offsite");
  const common = { kind: "object-store", tier: "standard", upload: "100MiB", download: "100MiB" } as const;
  let site: ObjectStoreSite | undefined;
  if (disaster !== "provider" && primary.kind === "aws-region") {
    const region = freeRegion(plan, "aws", allowed);
    if (region !== undefined) site = { ...common, provider: "aws", region, account: primary.account };
  } else {
    const provider = home.provider === "hetzner" ? "digitalocean" : "hetzner";
    const region = freeRegion(plan, provider, allowed);
    if (region !== undefined)
      site = {
        ...{ ...common, provider, region, account: plan.name },
        endpoint:
          provider === "hetzner"
            ? `https://${region}.your-objectstorage.com`
            : `https://${region}.digitaloceanspaces.com`,
      };
  }
  return site && { name, steps: [{ op: "add", path: pointer("sites", name), value: site }] };
}

const usedRegions = (plan: Plan): Set<string> =>
  new Set(Object.keys(plan.sites).map((name) => domainsOf(plan, name).region));

/** A name that no site has yet. */
export function freeName(plan: Plan, wanted: string): string {
  let name = wanted;
  for (let number = 2; Object.hasOwn(plan.sites, name); number += 1) name = `${wanted}-${number}`;
  return name;
}

function freeLocation(plan: Plan, wanted: string): string {
  const used = usedRegions(plan);
  let location = wanted;
  for (let number = 2; used.has(location); number += 1) location = `${wanted}-${number}`;
  return location;
}
