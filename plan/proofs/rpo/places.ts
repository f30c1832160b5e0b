import { jurisdictionAt, liesWithin } from "../../jurisdictions.js";
import type { Disaster, KeptDataset, Plan, Site } from "../../schema/index.js";
import { domainsOf, siteOf, storeProviderOf } from "../../sites.js";
import { sitesOf } from "../holdings.js";
import { lossesOf } from "./survivors.js";

/** Sites that could take copies that a set of disasters leaves alone. */
export interface Place {
  /** Names of sites that copies are written to, none where those that there are do. */
  readonly names: readonly string[];
  /** Those among them that the plan does not have yet. */
  readonly sites: Readonly<Record<string, Site>>;
}

const jurisdictionOf = (site: Site): string | undefined => site.jurisdiction;

/**
 * Where a dataset's copies could be, the least change first: where they are, if that is any use, then one more site of the plan (stores
 * before servers), then a new one. A dataset that never leaves its region gets none elsewhere.
 */
export function placesFor(plan: Plan, dataset: KeptDataset, disasters: readonly Disaster[]): Place[] {
  const outlives = (of: Plan, site: string) =>
    disasters.every((disaster) => lossesOf(of, dataset, disaster).survives(site));
  const fit = Object.keys(plan.sites)
    .filter((site) => mayHold(plan, dataset, site) && outlives(plan, site))
    // A store is there for copies; a server is there to serve.
    .toSorted((a, b) => Number(serves(plan, a)) - Number(serves(plan, b)));
  const existing = firstOfEach(fit, standingsOf(plan, dataset)).map(
    (site): Place => ({ names: [site], sites: {} }),
  );
  const here: Place[] = isAnythingLeft(plan, dataset, disasters) ? [{ names: [], sites: {} }] : [];
  if (dataset.regional) return [...here, ...existing];
  const added = newSites(plan, dataset)
    .filter(([name]) => !(name in plan.sites))
    .map(([name, site]): Place => ({ names: [name], sites: { [name]: site } }))
    .filter(({ names, sites }) => {
      const grown = { ...plan, sites: { ...plan.sites, ...sites } };
      return names.every((name) => outlives(grown, name));
    });
  return [...here, ...existing, ...added];
}

/** Whether each of the disasters leaves a copy where they are; otherwise nothing that is done there can be enough. */
const isAnythingLeft = (plan: Plan, dataset: KeptDataset, disasters: readonly Disaster[]): boolean =>
  disasters.every((disaster) => {
    const { survives, follows } = lossesOf(plan, dataset, disaster);
    return dataset.backups.some((backup) =>
      backup.kind === "replica" ? follows(backup.to) : sitesOf(backup).some(survives),
    );
  });

/** The first of those that stand alike: what one of them cannot mend, none of the others can. */
const firstOfEach = (names: readonly string[], standing: (name: string) => string): string[] => {
  const firsts = new Map<string, string>();
  for (const name of names) {
    const how = standing(name);
    if (!firsts.has(how)) firsts.set(how, name);
  }
  return [...firsts.values()];
};

/** All that a loss depends on at a site that survives: what is written and replicated there, and how quickly. */
function standingsOf(plan: Plan, { backups }: KeptDataset): (name: string) => string {
  const held = backups.map((backup) =>
    "direct" in backup
      ? { direct: new Set(backup.direct), replicated: new Set(backup.replicated) }
      : { direct: new Set<string>(), replicated: new Set<string>() },
  );
  return (name) => {
    const ways = held.map(({ direct, replicated }) =>
      direct.has(name) ? "direct" : replicated.has(name) ? "replicated" : "none",
    );
    return `${ways.join()} ${storeProviderOf(siteOf(plan, name)) === "aws"} ${serves(plan, name)}`;
  };
}

function serves(plan: Plan, name: string): boolean {
  const { kind } = siteOf(plan, name);
  return kind === "vps" || kind === "premises";
}

function mayHold(plan: Plan, { at, residency, regional }: KeptDataset, name: string): boolean {
  const site = siteOf(plan, name);
  if (site.kind === "media" || name === plan.lease?.witness) return false;
  if (regional && domainsOf(plan, name).region !== domainsOf(plan, at).region) return false;
  const law = jurisdictionAt(site);
  return residency === undefined || (law !== undefined && liesWithin(law, residency)) || name === at;
}

const speeds = { upload: "100MiB", download: "100MiB" } as const;

/** Stores at other regions and providers under the same law; own hardware gets a second location. */
function newSites(plan: Plan, dataset: KeptDataset): [string, Site][] {
  const home = siteOf(plan, dataset.at);
  if (home.kind === "premises" || home.kind === "media") {
    const second: Site = {
      ...{
        kind: "premises",
        location: "second-location",
        role: "standby",
        mode: "pilot-light",
        nodes: home.kind === "premises" ? home.nodes : 1,
      },
      ...(home.jurisdiction === undefined ? {} : { jurisdiction: home.jurisdiction }),
      ...speeds,
    };
    return [["second-location", second]];
  }
  const european =
    (jurisdictionOf(home) ??
      dataset.residency?.[0] ??
      (/^(?:eu-|fsn|nbg|hel)/.test(home.region) ? "eu" : "us")) !== "us";
  const jurisdiction = dataset.residency?.[0] ?? jurisdictionOf(home) ?? (european ? "eu" : "us");
  const store = (provider: "aws" | "hetzner" | "linode", region: string, account: string): Site => ({
    ...{ kind: "object-store", provider, region, account, tier: "standard", jurisdiction },
    ...speeds,
  });
  const regions = european ? ["eu-central-1", "eu-west-1"] : ["us-west-2", "us-east-2"];
  const other = regions.find((region) => region !== home.region) ?? "eu-north-1";
  const near: [string, Site][] =
    home.kind !== "vps" && storeProviderOf(home) === "aws"
      ? [["second-region", store("aws", other, home.account)]]
      : [];
  const apart = european && home.kind !== "vps" ? store("hetzner", "fsn1", "backups") : undefined;
  const far =
    apart ?? (european ? store("aws", other, "999999999999") : store("linode", "us-east-1", "backups"));
  return [...near, ["other-provider", far]];
}
