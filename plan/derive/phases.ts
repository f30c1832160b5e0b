import type { Plan, Scope } from "../schema/index.js";
import { certificates, database } from "./phases/data.js";
import { criticalPath, type Phase } from "./phases/graph.js";
import { catastrophe, cluster, node, region } from "./phases/places.js";
import { service } from "./phases/service.js";
import { type Context, contextOf } from "./phases/sources.js";
import type { Way } from "./phases/way.js";

export type { Phase } from "./phases/graph.js";
export { disasterOf } from "./phases/lost.js";
export { type Context, contextOf } from "./phases/sources.js";

/** How a scope is recovered, and how long it takes at most. */
export interface Recovery extends Way {
  readonly scope: Scope;
  readonly seconds: number;
  /** The phases that decide it, in the order in which they happen. */
  readonly path: readonly Phase[];
}

const waysOf: Record<Scope, (context: Context) => Way[]> = {
  ...{ service, certificates, database, node, cluster, region, catastrophe },
};

/**
 * How each thing of a scope is recovered: each service or dataset by itself, or the whole site.
 *
 * Empty where the plan has nothing of the kind, or nothing that could take over.
 */
export const recoveriesOf = (context: Context, scope: Scope): Recovery[] =>
  waysOf[scope](context).map((way) => {
    const { seconds, steps } = criticalPath(way.phases);
    return { ...way, scope, seconds, path: steps };
  });

/**
 * The recovery of a scope that takes longest.
 *
 * @param asOf schedules are followed from this day on
 * @returns undefined where the plan has nothing of the kind, or nothing that could take over
 */
export const recoveryOf = (plan: Plan, scope: Scope, asOf: Date): Recovery | undefined =>
  slowest(recoveriesOf(contextOf(plan, asOf), scope));

/** What has no copy left first, then what takes longest. */
export const slowest = (recoveries: readonly Recovery[]): Recovery | undefined =>
  recoveries.toSorted(
    (a, b) => Number(b.missing.length > 0) - Number(a.missing.length > 0) || b.seconds - a.seconds,
  )[0];
