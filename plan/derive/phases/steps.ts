import { checkSeconds, leaseSeconds } from "../../floor.js";
import { limits } from "../../limits.js";
import type { Plan, Site } from "../../schema/index.js";
import { siteOf } from "../../sites.js";
import { bytes, humanSeconds, seconds } from "../../units.js";
import { type Phase, together } from "./graph.js";
import type { Context, Source } from "./sources.js";

/** Phases that scopes are put together from. */

/** Where the figures of `recovery` come from, as they stand behind each of them. */
export const figures = ({ recovery: { measured } }: Plan): string =>
  measured ? `measured by ${measured.by} on ${measured.on}` : "a guess";

/** Somebody or something notices. @param checked whether the check of DNS sees it */
export function noticing(plan: Plan, checked: boolean): Phase {
  const { dns } = plan;
  return dns && checked
    ? {
        ...{ name: "notice", what: `check of ${dns.name} turns unhealthy`, after: [] },
        seconds: checkSeconds(plan),
        basis: `${dns.check.failures} failures, ${dns.check.every} apart`,
      }
    : {
        ...{ name: "notice", what: "somebody notices", after: [] },
        seconds: seconds(plan.recovery.notice),
        basis: `recovery.notice, ${figures(plan)}`,
      };
}

/** Somebody decides. */
export const decision = (plan: Plan): Phase => ({
  ...{ name: "decision", what: "decision", after: ["notice"] },
  seconds: seconds(plan.recovery.decision),
  basis: `recovery.decision, ${figures(plan)}`,
});

/** What does not run yet is made. */
export const provisioning = (plan: Plan, what: string, after: string): Phase => ({
  ...{ name: "provisioning", what, after: [after] },
  seconds: seconds(plan.recovery.provisioning),
  basis: `recovery.provisioning, ${figures(plan)}`,
});

/** How many datasets are restored at a time: each machine writes one, a region has a volume for each. */
export function lanes(site: Site): number {
  if (site.kind === "vps") return site.servers;
  return site.kind === "premises" ? site.nodes : Number.POSITIVE_INFINITY;
}

/**
 * Data is fetched and restored level by level, the lease awaited, log replayed, all of it verified.
 *
 * @param workers how many datasets are restored at a time
 * @returns phases that end with `verification`; it begins after `after`
 */
export function restoring(
  { plan, levelOf }: Context,
  sources: readonly Source[],
  workers: number,
  after: string,
  withLease: boolean,
): Phase[] {
  const waits = [...new Map(sources.filter(({ wait }) => wait > 0).map((one) => [one.site, one])).values()];
  const phases: Phase[] = waits.map(({ site, wait, waitBasis }) => ({
    ...{ name: `retrieval-${site}`, what: `data of "${site}" arrives`, seconds: wait },
    basis: waitBasis,
    after: ["decision"],
  }));
  const byLevel = new Map<number, Source[]>();
  for (const source of sources) {
    const level = levelOf.get(source.dataset) ?? 0;
    const here = byLevel.get(level);
    if (here) here.push(source);
    else byLevel.set(level, [source]);
  }
  let last = after;
  for (const [, here] of [...byLevel].toSorted(([a], [b]) => a - b)) {
    const name = `restore-${phases.length}`;
    phases.push({
      ...{ name, what: `restore of ${named(here)}`, ...restored(plan, here, workers) },
      after: [last, ...new Set(here.filter(({ wait }) => wait > 0).map(({ site }) => `retrieval-${site}`))],
    });
    last = name;
  }
  if (withLease) {
    phases.push(leasing(plan, last));
    last = "lease";
  }
  const logged = sources.filter(({ replay }) => replay > 0).toSorted((a, b) => b.replay - a.replay);
  const data = sources.reduce((sum, each) => sum + each.bytes, 0);
  phases.push(
    {
      ...{ name: "replay", what: `replay of log of ${named(logged)}`, after: [last] },
      seconds: together(
        logged.map(({ replay }) => replay),
        workers,
      ),
      basis: logged[0] ? `${logged[0].replayBasis} (${figures(plan)})` : "no log",
    },
    {
      ...{ name: "verification", what: "verification", after: ["replay"] },
      seconds: together(
        sources.map((each) => each.bytes / bytes(plan.recovery.verification)),
        workers,
      ),
      basis: `${gib(data)} at ${plan.recovery.verification}/s, ${figures(plan)}`,
    },
  );
  return phases;
}

/** Nobody else can write any more. */
export const leasing = (plan: Plan, after: string): Phase => ({
  ...{ name: "lease", what: "lease: TTL and skew", seconds: leaseSeconds(plan), after: [after] },
  basis: plan.lease ? `${plan.lease.ttl} + ${plan.lease.skew}` : "there is none",
});

/** One level: disks take `recovery.restore` each, and all that read from a site share what it gives. */
function restored(plan: Plan, sources: readonly Source[], workers: number) {
  const ofSite = new Map<string, number>();
  for (const each of sources) ofSite.set(each.site, (ofSite.get(each.site) ?? 0) + each.bytes);
  const read = [...ofSite].map(([site, moved]) => moved / bytes(siteOf(plan, site).download));
  const written = together(
    sources.map((each) => each.bytes / each.rate),
    workers,
  );
  const [slowest] = sources.toSorted((a, b) => b.bytes / b.rate - a.bytes / a.rate);
  return {
    seconds: Math.max(written, ...read),
    basis: `${gib(sources.reduce((sum, each) => sum + each.bytes, 0))} from ${[...ofSite.keys()].map((site) => `"${site}"`).join(", ")} at ${Math.round((slowest?.rate ?? 0) / 2 ** 20)} MiB/s${
      sources.length > 1 ? `, ${Number.isFinite(workers) ? `${workers} at a time` : "all at once"}` : ""
    }, ${figures(plan)}`,
  };
}

/** A replica becomes the primary. @param lag seconds it may be behind */
export const promoting = (dataset: string, to: string, lag: number, after: string): Phase => ({
  ...{ name: `promotion-${dataset}`, what: `replica of "${dataset}" at "${to}" is promoted`, after: [after] },
  seconds: limits.promotion.seconds + lag,
  basis: `${limits.promotion.seconds} s at most, and ${humanSeconds(lag)} that it may lag behind`,
});

/** Nodes beyond the first join, one after the other. */
export const joining = (nodes: number, raft: number, plan: Plan, after: string): Phase => ({
  ...{ name: "join", what: `${nodes} further nodes join`, after: [after] },
  seconds: nodes * (limits.join.seconds + raft / bytes(plan.recovery.restore)),
  basis: `${nodes} × (${limits.join.seconds} s, a guess, + ${gib(raft)} of Raft data)`,
});

/** Critical services start, level by level. @param running they run there already */
export function starting({ plan, order }: Context, after: string, running = false): Phase[] {
  if (running) return [];
  let last = after;
  return order.services.flatMap((level, index) => {
    const critical = level.flatMap((name) => {
      const service = plan.services[name];
      return service?.critical ? [{ name, startup: seconds(service.startup) }] : [];
    });
    const [slowest] = critical.toSorted((a, b) => b.startup - a.startup);
    if (!slowest) return [];
    const name = `start-${index}`;
    const phase: Phase = {
      ...{ name, what: `start of ${critical.map((each) => each.name).join(", ")}`, after: [last] },
      seconds: slowest.startup,
      basis: `startup of ${slowest.name}`,
    };
    last = name;
    return [phase];
  });
}

/** Users find it: the check passes again, and what resolvers remember runs out. @param moved the answer has changed */
export function found(plan: Plan, after: string, moved: boolean): Phase[] {
  const { dns } = plan;
  if (!dns) return [];
  const healthy: Phase = {
    ...{ name: "healthy", what: `check of ${dns.name} turns healthy`, seconds: checkSeconds(plan) },
    ...{ basis: `${dns.check.failures} passes, ${dns.check.every} apart`, after: [after] },
  };
  const expired: Phase = {
    ...{ name: "ttl", what: "DNS answers expire", seconds: seconds(dns.ttl) },
    ...{ basis: "dns.ttl", after: ["healthy"] },
  };
  return moved ? [healthy, expired] : [healthy];
}

const gib = (moved: number) => `${Math.round((moved / 2 ** 30) * 100) / 100} GiB`;

function named(sources: readonly Source[]): string {
  const names = sources.map(({ dataset }) => dataset);
  return names.length > 3 ? `${names.slice(0, 2).join(", ")} and ${names.length - 2} more` : names.join(", ");
}
