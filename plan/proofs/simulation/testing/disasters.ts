import type { Disaster, KeptDataset, Plan, Site } from "../../../schema/index.js";

/** What a site shares with others, by disaster. */
function shares(name: string, site: Site, disaster: "region" | "account" | "provider"): string {
  const own = site.kind === "premises" || site.kind === "media";
  if (own) return disaster === "region" ? `place ${site.location}` : `nobody's but ${name}`;
  const provider = site.kind === "aws-region" ? "aws" : site.provider;
  if (disaster === "provider") return provider;
  // MinIO stands on own hardware, in some room.
  if (disaster === "region" && provider === "minio") return `place ${site.region}`;
  return `${provider} ${disaster === "region" ? site.region : site.account}`;
}

/** Sites whose stored copies are left after a disaster, written down once more. */
export function leftAfter(plan: Plan, dataset: KeptDataset, disaster: Disaster): ReadonlySet<string> {
  const home = plan.sites[dataset.at];
  const left = Object.entries(plan.sites).filter(([name, site]) => {
    if (disaster === "operator-error" || !home) return true;
    if (disaster === "database")
      return name !== dataset.at || !(home.kind === "premises" || home.kind === "vps");
    if (site.kind === "media" && site.offline && disaster !== "region") return true;
    return shares(name, site, disaster) !== shares(dataset.at, home, disaster);
  });
  return new Set(left.map(([name]) => name));
}
