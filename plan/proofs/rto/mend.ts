import { contextOf, type Recovery, recoveriesOf } from "../../derive/phases.js";
import type { Plan, Scope } from "../../schema/index.js";
import { seconds } from "../../units.js";
import type { Fix } from "../finding.js";
import { patched } from "../patched.js";
import type { Change } from "./change.js";
import { changesFor } from "./changes.js";

/** So many changes at the most; a plan that needs more is to be thought about anew. */
const most = 6;

interface Tried {
  readonly plan: Plan;
  readonly changes: readonly Change[];
  /** What has no copy, and by how many seconds the objective is missed, by all that is too slow. */
  readonly missing: number;
  readonly over: number;
}

/**
 * The smallest change to a plan after which a scope is recovered in time, tried out.
 *
 * One change if one does; otherwise the one that brings most, and again from there.
 *
 * @returns undefined when nothing that a plan can say is enough
 */
export function mend(plan: Plan, scope: Scope, asOf: Date): Fix | undefined {
  let now = tried(plan, [], scope, asOf);
  while (!enough(now) && now.changes.length < most) {
    const next = changesFor(now.plan, scope, recoveriesOf(contextOf(now.plan, asOf), scope)).map((change) =>
      tried(patched(now.plan, change.steps), [...now.changes, change], scope, asOf),
    );
    const better = next.find(enough) ?? next.toSorted((a, b) => a.missing - b.missing || a.over - b.over)[0];
    if (!better || (better.missing >= now.missing && better.over >= now.over)) return undefined;
    now = better;
  }
  return enough(now)
    ? {
        sentence: now.changes.map(({ sentence }) => sentence).join("; "),
        patch: now.changes.flatMap(({ steps }) => steps),
      }
    : undefined;
}

const enough = ({ missing, over }: Tried) => missing === 0 && over <= 0;

function tried(plan: Plan, changes: readonly Change[], scope: Scope, asOf: Date): Tried {
  const recoveries = recoveriesOf(contextOf(plan, asOf), scope);
  const limit = seconds(plan.objectives.rto[scope] ?? "0s");
  const late = (recovery: Recovery) => Math.max(recovery.seconds - limit, 0);
  return {
    ...{ plan, changes },
    // Where nothing takes over, all is missing.
    missing:
      recoveries.length === 0
        ? Number.POSITIVE_INFINITY
        : recoveries.reduce((count, { missing }) => count + missing.length, 0),
    over: recoveries.reduce((total, recovery) => total + late(recovery), 0),
  };
}
