import type { Disaster, KeptDataset, Plan, Site } from "../../../schema/index.js";

/** What a site shares with others, by disaster. */
function shares(name: string, site: Site, disaster: "region" | "account" | "provider"): string {
  const own = site.kind === "premises" || site.kind === "media";
  if (own) return disaster === "region" ? `place ${site.location}` : `nobody's but ${name}`;
  // MinIO stands on somebody's machines: one's own, in some room, unless it is said whose.
  const isProgram = site.kind === "object-store" && site.provider === "minio";
  if (isProgram && site.hostedBy === undefined) {
    if (disaster === "region") return `place ${site.region}`;
    return disaster === "provider" ? `nobody's but ${name}` : `minio ${site.account}`;
  }
  const provider = site.kind === "aws-region" ? "aws" : isProgram ? site.hostedBy : site.provider;
  if (disaster === "provider") return `${provider}`;
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
