import { type KeptDataset, type Plan, type Site, seconds } from "../../../plan/index.js";
import type { Scope } from "../../../plan/schema/index.js";
import { mayLose } from "./data.js";
import {
  accountOf,
  datasetsOf,
  type Found,
  isOwnHardware,
  missedGap,
  ownerOf,
  regionOf,
  restoresAlone,
  siteAt,
  sitesOf,
  speed,
  stored,
} from "./places.js";

/** Disaster whose losses count in a scope. */
const disasterIn = {
  ...({ certificates: "database", database: "database", node: "database", cluster: "database" } as const),
  ...({ region: "region", catastrophe: "provider" } as const),
};
type DataScope = keyof typeof disasterIn;

/** Scopes that cannot be recovered in time, or not at all, by what they take at the least. */
export const tooSlow = (plan: Plan): Found =>
  Object.entries(plan.objectives.rto).flatMap(([name, limit]) => {
    const scope = name as Scope;
    const least = scope === "service" ? leastOfServices(plan) : leastOf(plan, scope);
    const disaster = scope === "service" ? "" : ` ${disasterIn[scope]}`;
    return least > seconds(limit) ? [`rto/${scope} objectives.rto.${scope}${disaster}`] : [];
  });

/** Probes of a cluster decide by themselves; elsewhere somebody does, unless what is down is what DNS checks. */
function leastOfServices(plan: Plan): number {
  const [, primary] =
    Object.entries(plan.sites).find(([, site]) => "role" in site && site.role === "primary") ?? [];
  if (primary?.kind === "aws-region" && primary.cluster) return 0;
  const checked = behindDns(plan);
  const decides = Object.entries(plan.services).some(
    ([name, { critical }]) => critical && !checked.has(name),
  );
  return decides ? seconds(plan.recovery.decision) : 0;
}

/** Services that have to be healthy before the one that DNS names is. */
function behindDns({ dns, services }: Plan): Set<string> {
  const found = new Set<string>();
  const follow = (name: string) => {
    found.add(name);
    for (const each of services[name]?.after ?? []) follow(each);
  };
  if (dns) follow(dns.service);
  return found;
}

function leastOf(plan: Plan, scope: DataScope): number {
  if (scope === "region" && !canTakeOver(plan)) return Number.POSITIVE_INFINITY;
  const optional = onlyOptional(plan);
  const each = datasetsOf(plan).map(([name, dataset]) => {
    if (mayLose(plan, dataset, disasterIn[scope]) === undefined) return 0;
    // What can wait is promised no time.
    if (scope !== "certificates" && optional.has(name)) return 0;
    if (scope === "database" && !["postgres", "mysql", "sqlite"].includes(dataset.kind)) return 0;
    if (scope === "certificates" && dataset.category !== "certificates") return 0;
    return leastOfDataset(plan, name, dataset, scope);
  });
  return seconds(plan.recovery.decision) + Math.max(...each);
}

/** Whether a standby is elsewhere than the primary. */
function canTakeOver({ sites }: Plan): boolean {
  const serving = Object.values(sites).filter((site) => "role" in site);
  const [primary] = serving.filter(({ role }) => role === "primary");
  return serving.some(
    ({ role, ...site }) => role === "standby" && primary && regionOf(site as Site) !== regionOf(primary),
  );
}

/** Datasets that only services need which can wait. */
function onlyOptional({ services }: Plan): Set<string> {
  const needed = (critical: boolean) =>
    Object.values(services).flatMap((service) => (service.critical === critical ? service.needs : []));
  const must = new Set(needed(true));
  return new Set(needed(false).filter((name) => !must.has(name)));
}

/** Seconds that bringing one dataset back takes at the least; `Infinity` when no copy is left. */
function leastOfDataset(plan: Plan, name: string, dataset: KeptDataset, scope: DataScope): number {
  const gone = goneIn(plan, dataset, scope);
  const shown = [...behindDns(plan)].some((service) => plan.services[service]?.needs.includes(name));
  const around = scope === "database" && shown ? surroundings(plan) : 0;
  const followers = dataset.backups.flatMap((backup) =>
    backup.kind === "replica" && !gone(backup.to) && scope !== "catastrophe" ? [backup] : [],
  );
  if (followers.length > 0 && scope !== "node")
    return around + promotion + Math.min(...followers.map(({ lag }) => seconds(lag)));
  const left = stored(dataset).filter(({ backup }) => sitesOf(backup).some((site) => !gone(site)));
  const bases = left.filter(({ backup }) => restoresAlone(backup));
  if (bases.length === 0) return Number.POSITIVE_INFINITY;
  const moved = speed(dataset.size, plan.recovery.restore);
  const read =
    scope === "database" && dataset.kind !== "sqlite" ? speed(dataset.size, plan.recovery.verification) : 0;
  const made = scope === "database" ? seconds(plan.recovery.provisioning) : 0;
  return around + made + moved + read + replayed(left.map(({ backup }) => backup));
}

/** A promoted server is waited for so long; a segment of log takes a quarter of a second at the least. */
const promotion = 60;
const segment = 0.25;

/** Log since the newest base it fits, when one was missed: one segment for each time it is stored. */
function replayed(left: ReturnType<typeof stored>[number]["backup"][]): number {
  const log = left.find((backup) => "within" in backup);
  if (!log || !("within" in log)) return 0;
  const bases = left.filter(({ kind }) => log.kind !== "wal" || kind === "physical");
  const gaps = bases.flatMap((backup) => missedGap(backup) ?? []);
  return gaps.length === 0 ? 0 : (Math.min(...gaps) / seconds(log.within)) * segment;
}

/** What stands before and after a takeover that DNS leads to: checks turning, the lease, the TTL. */
function surroundings({ dns, lease }: Plan): number {
  const checks = dns ? 2 * seconds(dns.check.every) * dns.check.failures + seconds(dns.ttl) : 0;
  return checks + (lease ? seconds(lease.ttl) + seconds(lease.skew) : 0);
}

/** Which sites a scope takes. */
function goneIn(plan: Plan, dataset: KeptDataset, scope: DataScope): (site: string) => boolean {
  const home = siteAt(plan, dataset.at);
  const serving = Object.entries(plan.sites).filter(([, site]) => "role" in site);
  const [primary = ""] = serving.find(([, site]) => "role" in site && site.role === "primary") ?? [];
  if (scope === "region") return (name) => regionOf(siteAt(plan, name)) === regionOf(siteAt(plan, primary));
  if (scope !== "catastrophe") return (name) => name === dataset.at && isOwnHardware(home);
  const regions = new Set(serving.map(([, site]) => regionOf(site)));
  return (name) => {
    const site = siteAt(plan, name);
    const same =
      accountOf(plan, name) === accountOf(plan, primary) || ownerOf(plan, name) === ownerOf(plan, primary);
    return regions.has(regionOf(site)) || same;
  };
}
