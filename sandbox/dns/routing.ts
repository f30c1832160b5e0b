import type { HealthOf, RecordSet } from "./model.js";

/** Most records of a multivalue group that one answer holds. */
const MULTIVALUE_LIMIT = 8;

/** A group's health or policy cannot be evaluated; the query is answered with SERVFAIL, never guessed. */
export class CannotEvaluate extends Error {
  override readonly name = "CannotEvaluate";
}

/** Whether one record set of a group is healthy. */
export type IsHealthy = (set: RecordSet) => boolean;

/** Reads a health check. @throws CannotEvaluate when its status is unknown. */
export function statusOf(healthOf: HealthOf, checkId: string): boolean {
  const healthy = healthOf(checkId);
  if (healthy === undefined) throw new CannotEvaluate(`health check ${checkId} has no known status`);
  return healthy;
}

/**
 * Chooses record sets from a group with one name and type, as Route 53 documents it.
 *
 * When none is healthy, all count as healthy: of failover records the primary is then returned.
 *
 * @param draw random numbers in [0, 1).
 * @throws CannotEvaluate for routing policies that this server does not know.
 */
export function choose(
  group: readonly RecordSet[],
  isHealthy: IsHealthy,
  draw: () => number,
): readonly RecordSet[] {
  const policy = group[0]?.routing.policy ?? "simple";
  switch (policy) {
    case "simple":
      return group.slice(0, 1);
    case "failover":
      return failover(group, isHealthy);
    case "weighted":
      return weighted(group, isHealthy, draw);
    case "multivalue": {
      const healthy = group.filter(isHealthy);
      return shuffled(healthy.length > 0 ? healthy : group, draw).slice(0, MULTIVALUE_LIMIT);
    }
    case "unsupported":
      throw new CannotEvaluate(`routing policy of ${group[0]?.name} ${group[0]?.type} is not supported`);
  }
}

function failover(group: readonly RecordSet[], isHealthy: IsHealthy): readonly RecordSet[] {
  const of = (role: "PRIMARY" | "SECONDARY") =>
    group.find(({ routing }) => routing.policy === "failover" && routing.role === role);
  const primary = of("PRIMARY");
  const secondary = of("SECONDARY");
  const chosen = [primary, secondary].find((set) => set && isHealthy(set)) ?? primary ?? secondary;
  return chosen ? [chosen] : [];
}

const weightOf = ({ routing }: RecordSet) => (routing.policy === "weighted" ? routing.weight : 0);

/** Zero-weighted record sets count only once every other one is unhealthy. */
function weighted(
  group: readonly RecordSet[],
  isHealthy: IsHealthy,
  draw: () => number,
): readonly RecordSet[] {
  const healthy = group.filter(isHealthy);
  const pool = healthy.length > 0 ? healthy : group;
  const heavy = pool.filter((set) => weightOf(set) > 0);
  const candidates = heavy.length > 0 ? heavy : pool;
  const share = heavy.length > 0 ? weightOf : () => 1;
  let left = draw() * candidates.reduce((sum, set) => sum + share(set), 0);
  const chosen = candidates.find((set) => {
    left -= share(set);
    return left < 0;
  });
  return chosen ? [chosen] : candidates.slice(-1);
}

/** A copy in random order. */
export function shuffled<T>(items: readonly T[], draw: () => number): T[] {
  return items
    .map((item) => ({ item, key: draw() }))
    .sort((one, other) => one.key - other.key)
    .map(({ item }) => item);
}
