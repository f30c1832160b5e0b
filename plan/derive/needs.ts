import { copySites, keptDatasets } from "../datasets.js";
import { rpoObjective } from "../objectives.js";
import { type Disaster, type Plan, type RecoveryNeed, recoveryNeeds, type Site } from "../schema/index.js";
import { domainsOf, primarySite, siteOf, storeProviderOf } from "../sites.js";

/** One thing that recovery needs, and where it could be kept. */
export interface Need {
  readonly need: RecoveryNeed;
  /** For people. */
  readonly what: string;
  /** Why this plan needs it. */
  readonly because: string;
  /** Whether a site can hold it. */
  readonly holds: (site: string) => boolean;
  /** What follows without being declared. */
  readonly derived?: { readonly survives: (loss: Loss) => boolean; readonly why: string };
  /** What has to be known about it. */
  readonly fact?: string;
}

/** One disaster in which something is promised, and what it takes. */
export interface Loss {
  readonly disaster: Disaster;
  /** For people: `loss of region aws/us-east-1`. */
  readonly name: string;
  /** Sites that are gone. */
  readonly sites: readonly string[];
  /** What fails: a region, an account or a provider as in the sites' failure domains. */
  readonly domain: string;
}

const domains = ["region", "account", "provider"] as const;

/**
 * Every loss of a region, an account or a provider that something is promised in, for each that a dataset lives at.
 *
 * Own hardware has neither account nor provider that could be lost.
 */
export function contextOfNeeds(plan: Plan): Loss[] {
  const homes = [...new Set([primarySite(plan), ...keptDatasets(plan).map(([, { at }]) => at)])];
  const losses = new Map<string, Loss>();
  for (const disaster of domains.filter((each) => isPromised(plan, each)))
    for (const home of homes) {
      if (disaster !== "region" && siteOf(plan, home).kind === "premises") continue;
      const domain = domainsOf(plan, home)[disaster];
      const name = `loss of ${disaster} ${domain}`;
      if (losses.has(name)) continue;
      const sites = Object.keys(plan.sites).filter((site) => domainsOf(plan, site)[disaster] === domain);
      losses.set(name, { disaster, name, sites, domain });
    }
  return [...losses.values()];
}

/** Whether a time or a loss is promised for a disaster. */
function isPromised(plan: Plan, disaster: (typeof domains)[number]): boolean {
  const { rto } = plan.objectives;
  if (disaster === "region" ? rto.region !== undefined : rto.catastrophe !== undefined) return true;
  return keptDatasets(plan).some(([, dataset]) => typeof rpoObjective(plan, dataset, disaster) !== "object");
}

/** Whether a need can be had after a loss. */
export function survives(plan: Plan, need: Need, loss: Loss): boolean {
  const declared = plan.closure[need.need];
  return (
    need.derived?.survives(loss) === true ||
    declared?.outside !== undefined ||
    (declared?.at ?? []).some((site) => !loss.sites.includes(site) && need.holds(site))
  );
}

const isCloud = (site: Site) =>
  site.kind === "aws-region" || site.kind === "vps" || site.kind === "object-store";

/** What recovery of a plan needs beside the data; what it does not use is left out. */
export function needsOf(plan: Plan): Need[] {
  const sites = Object.values(plan.sites);
  const provisioned =
    plan.identities !== undefined || sites.some(({ kind }) => kind === "aws-region" || kind === "vps");
  const cloud = sites.some(isCloud);
  const services = Object.keys(plan.services).length > 0;
  const anything = () => true;
  const running = (site: string) => !["media", "object-store"].includes(siteOf(plan, site).kind);
  const notMedia = (site: string) => siteOf(plan, site).kind !== "media";
  const isAws = sites.some(({ kind }) => kind === "aws-region") || plan.dns?.provider === "route53";
  const pulumi = "Pulumi makes what serves";
  const all: Record<RecoveryNeed, Omit<Need, "need"> | false> = {
    state: provisioned && { what: "Pulumi's state", because: pulumi, holds: anything },
    "state-secrets": provisioned && {
      ...{ what: "what opens the state's secrets", because: pulumi, holds: anything },
    },
    keys: {
      what: "keys of recovery points",
      because: "every point is encrypted",
      holds: anything,
      ...keysOf(plan),
    },
    registry: services && { what: "container images", because: "services run from images", holds: anything },
    "control-plane": (provisioned || services) && {
      ...{ what: "a control plane that starts servers and Pods", because: "services have to be started" },
      holds: running,
      ...(isAws && {
        fact: "IAM's and Route 53's control planes are in us-east-1, so nothing that recovery does may call them",
      }),
    },
    secrets: services && {
      what: "secrets of services",
      because: "services sign in to their data",
      holds: anything,
    },
    identity: cloud && {
      ...{ what: "identities of workloads", because: "clouds ask who comes", holds: notMedia },
      ...(isAws && { fact: "IAM makes no role while us-east-1 is away; those that exist work" }),
    },
    plugins: provisioned && { what: "Pulumi's plugins", because: pulumi, holds: anything },
    packages: { what: "this program and its packages", because: "it does the recovery", holds: anything },
    "sign-on": cloud && {
      what: "a way for people to sign in",
      because: "clouds ask who comes",
      holds: notMedia,
    },
  };
  return recoveryNeeds.flatMap((need) => {
    const found = all[need];
    return found ? [{ need, ...found }] : [];
  });
}

/** Whether an offline recovery key opens copies: they are made for its recipients, and without any it opens nothing. */
export const opensOffline = ({ keys: { recovery } }: Plan): boolean =>
  recovery !== undefined && recovery.recipients.length > 0;

/** What keys survive by themselves: recovery keys offline, KMS's multi-region keys in other regions of the account. */
function keysOf(plan: Plan): Pick<Need, "derived" | "fact"> {
  const { provider, recovery } = plan.keys;
  if (recovery && opensOffline(plan))
    return {
      derived: {
        survives: () => true,
        why: `an offline recovery key opens every point; ${recovery.holders.join(" and ")} hold it at ${recovery.kept}`,
      },
    };
  if (provider !== "kms")
    return {
      fact: `private keys of age recipients are where somebody keeps them; ${recovery ? "the offline recovery key has no recipients, so it opens nothing" : "no offline recovery key is declared"}`,
    };
  const copies = [...new Set(keptDatasets(plan).flatMap(([, dataset]) => copySites(dataset)))].filter(
    (site) => storeProviderOf(siteOf(plan, site)) === "aws",
  );
  return {
    derived: {
      survives: ({ disaster, sites }) =>
        disaster === "region" && copies.some((site) => !sites.includes(site)),
      why: "KMS keys have a replica in each region that holds a copy, and none outside their account",
    },
  };
}
