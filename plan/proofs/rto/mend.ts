import { type Context, type Recovery, recoveriesOf } from "../../derive/phases.js";
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
  readonly recoveries: readonly Recovery[];
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
export function mend(context: Context, scope: Scope, recoveries: readonly Recovery[]): Fix | undefined {
  let now = judged(context.plan, [], scope, recoveries);
  while (!enough(now) && now.changes.length < most) {
    const better = bestOf(now, context, scope);
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

/** What one more change leads to: the first that is enough, otherwise the one that brings most. */
function bestOf({ plan, changes, recoveries }: Tried, context: Context, scope: Scope): Tried | undefined {
  let best: Tried | undefined;
  for (const change of changesFor(plan, scope, recoveries)) {
    const changed = patched(plan, change.steps);
    // No change touches what waits for what: the order stays.
    const next = judged(
      changed,
      [...changes, change],
      scope,
      recoveriesOf({ ...context, plan: changed }, scope),
    );
    if (enough(next)) return next;
    if (!best || (next.missing - best.missing || next.over - best.over) < 0) best = next;
  }
  return best;
}

const enough = ({ missing, over }: Tried) => missing === 0 && over <= 0;

function judged(
  plan: Plan,
  changes: readonly Change[],
  scope: Scope,
  recoveries: readonly Recovery[],
): Tried {
  const limit = seconds(plan.objectives.rto[scope] ?? "0s");
  const late = (recovery: Recovery) => Math.max(recovery.seconds - limit, 0);
  return {
    ...{ plan, changes, recoveries },
    // Where nothing takes over, all is missing.
    missing:
      recoveries.length === 0
        ? Number.POSITIVE_INFINITY
        : recoveries.reduce((count, { missing }) => count + missing.length, 0),
    over: recoveries.reduce((total, recovery) => total + late(recovery), 0),
  };
}
