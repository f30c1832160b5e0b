import { expect, test } from "vitest";

import type { Plan } from "../../../plan/index.js";
import type { PlanFile } from "../sources.js";
import { axisOf } from "./axis.js";
import { citedFigures } from "./cited-figures.js";
import type { Moved, Threshold } from "./moved.js";
import { thresholdsAlong } from "./thresholds.js";

/** The last whole number on the side where the findings are gone. */
const inside = ({ gone, number }: Threshold) => (gone === "from" ? Math.ceil(number) : Math.floor(number));
const outside = (threshold: Threshold) => inside(threshold) + (threshold.gone === "from" ? -1 : 1);

/** Thresholds by finding, as `thresholdsAlong` has them. */
function stated(thresholds: readonly Threshold[]): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const threshold of thresholds.toSorted((a, b) => a.number - b.number))
    for (const finding of threshold.findings)
      found[finding] = [...(found[finding] ?? []), `${threshold.gone} ${inside(threshold)}`];
  return found;
}

/**
 * Under another name of the plan, each figure that a plan has from its source is moved over all that anybody would
 * write. Findings go and come back exactly where arithmetic that knows nothing of the proofs says, right beside it on
 * one side and on the other; and a figure of which nothing is said has no threshold at all.
 */
export async function figuresDecide(file: PlanFile, plan: Plan, moved: Moved): Promise<void> {
  const cited = await citedFigures(`as-documented/${file}.ts`);

  test.each(cited)("$place", ({ place }) => {
    const thresholds = moved[place] ?? [];
    const guesses = thresholds.flatMap((each) => [inside(each), outside(each)]);

    expect(thresholdsAlong(axisOf(plan, place), guesses)).toEqual(stated(thresholds));
  });

  test("nothing is said of figures that are not there", () => {
    const places = new Set(cited.map(({ place }) => place));

    expect(Object.keys(moved).filter((place) => !places.has(place))).toEqual([]);
  });
}
