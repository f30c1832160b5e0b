import type { Disaster, KeptDataset, Plan, Scope } from "../../schema/index.js";
import { domainsOf, primarySite, servingSites, siteOf } from "../../sites.js";

/** Scopes in which data has to be brought back, with the disaster whose objective of loss applies to them. */
export const disasterOf = {
  certificates: "database",
  database: "database",
  node: "database",
  cluster: "database",
  region: "region",
  catastrophe: "provider",
} as const satisfies Partial<Record<Scope, Disaster>>;

export type DataScope = keyof typeof disasterOf;

/**
 * Which sites' copies cannot be read when a scope has to be recovered.
 *
 * A dataset's own servers are gone with it: on own hardware and on virtual machines that is the whole site, in a
 * region of a cloud the vault is a service of its own. In a catastrophe every site that serves is gone, all else in
 * their regions, and the primary's account and provider.
 */
export function lostIn(
  plan: Plan,
  scope: DataScope,
): (dataset: Pick<KeptDataset, "at">, site: string) => boolean {
  if (scope === "region") {
    const { region } = domainsOf(plan, primarySite(plan));
    return (_, site) => domainsOf(plan, site).region === region;
  }
  if (scope !== "catastrophe") return ({ at }, site) => site === at && isHardware(plan, site);
  const serving = servingSites(plan).map(([name]) => name);
  const regions = new Set(serving.map((name) => domainsOf(plan, name).region));
  const { account, provider } = domainsOf(plan, primarySite(plan));
  return (_, site) => {
    const domains = domainsOf(plan, site);
    return (
      serving.includes(site) ||
      regions.has(domains.region) ||
      domains.account === account ||
      domains.provider === provider
    );
  };
}

/** Whether servers and copies at a site share their disks. */
export const isHardware = (plan: Plan, site: string): boolean =>
  ["premises", "vps"].includes(siteOf(plan, site).kind);
