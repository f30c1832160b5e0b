import type { Plan } from "../../../plan/index.js";
import { prove } from "../../../plan/proofs/index.js";
import { asOf, identity } from "../findings.js";
import type { Axis } from "./axis.js";

/** Where a finding comes and goes along an axis: "up to 473" is without it, "from 173541" is without it again. */
export type Thresholds = Readonly<Record<string, readonly string[]>>;

/** What is wrong with a plan, or at risk. */
const troublesOf = (plan: Plan): ReadonlySet<string> =>
  new Set(
    prove(plan, asOf)
      .filter(({ severity }) => severity !== "info")
      .map(identity),
  );

/**
 * Every finding that comes or goes somewhere along an axis, with the last number without it and right beside one with
 * it; by halving whatever lies between two numbers that differ.
 *
 * @param guesses numbers that are looked at besides: right ones save the search
 */
export function thresholdsAlong({ range, moved }: Axis, guesses: readonly number[]): Thresholds {
  const known = new Map<number, ReadonlySet<string> | undefined>();
  const troubles = (to: number): ReadonlySet<string> | undefined => {
    if (!known.has(to)) {
      const plan = moved(to);
      known.set(to, plan && troublesOf(plan));
    }
    return known.get(to);
  };
  const looked = [...new Set([...range, ...guesses])]
    .toSorted((a, b) => a - b)
    .filter((to) => troubles(to) !== undefined);
  const all = new Set(looked.flatMap((to) => [...(troubles(to) ?? [])]));
  const found: Record<string, string[]> = {};
  for (const finding of all) {
    const has = (to: number) => troubles(to)?.has(finding) === true;
    for (const [index, to] of looked.entries()) {
      const before = looked[index - 1];
      if (before === undefined || has(before) === has(to)) continue;
      let [low, high] = [before, to];
      while (high - low > 1) {
        const middle = Math.floor((low + high) / 2);
        if (has(middle) === has(before)) low = middle;
        else high = middle;
      }
      found[finding] = [...(found[finding] ?? []), has(to) ? `up to ${low}` : `from ${high}`];
    }
  }
  return found;
}
