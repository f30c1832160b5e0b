import type { Disaster, KeptDataset, Plan } from "../../schema/index.js";
import { domainsOf, siteOf } from "../../sites.js";

/** What a disaster takes away from a dataset. */
export interface Losses {
  /** What is lost, for people: "aws/us-east-1 is lost". */
  readonly event: string;
  /** Whether what is stored at a site is still there and as it was. */
  survives(site: string): boolean;
  /** Whether a replica at a site still has what the dataset had. */
  follows(site: string): boolean;
}

/**
 * What is left of a dataset's copies.
 *
 * - `operator-error`: every stored copy; no replica, because it repeats the mistake.
 * - `database`: all but what is kept on the hardware the dataset itself runs on (own hardware and rented servers).
 * - `region`, `account`, `provider`: what is in another one. A medium on the shelf survives its account and provider.
 */
export function lossesOf(plan: Plan, dataset: KeptDataset, disaster: Disaster): Losses {
  const home = siteOf(plan, dataset.at);
  switch (disaster) {
    case "operator-error":
      return { event: "somebody damages the data", survives: () => true, follows: () => false };
    case "database": {
      const onServer = home.kind === "premises" || home.kind === "vps";
      const apart = (site: string) => site !== dataset.at;
      return {
        event: onServer
          ? `the server at "${dataset.at}" and its disks are gone`
          : "the server and its disks are gone",
        survives: (site) => !onServer || apart(site),
        follows: apart,
      };
    }
    case "region":
    case "account":
    case "provider": {
      const lost = domainsOf(plan, dataset.at)[disaster];
      const survives = (site: string) =>
        domainsOf(plan, site)[disaster] !== lost || (disaster !== "region" && isOnShelf(plan, site));
      return { event: `${humanDomain(disaster, lost)} is lost`, survives, follows: survives };
    }
  }
}

const humanDomain = (disaster: Disaster, domain: string) =>
  disaster === "region" ? domain : `${disaster} ${domain}`;

function isOnShelf(plan: Plan, site: string): boolean {
  const found = siteOf(plan, site);
  return found.kind === "media" && found.offline;
}
