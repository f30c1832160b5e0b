import { describe, expect, test } from "vitest";

import { drills } from "./drills.js";
import { asOf, patchFails, said, set, smallPlan } from "./testing/small-plan.js";

const doneOn = (last: string) => smallPlan(set("/drills/1/last", last));
const hour = 3_600_000;

describe("B13: a drill is done on a day that was", () => {
  test("a day that is still to come is an error; without it the drill was never done", () => {
    const plan = doneOn("2999-01-01");
    const [found, ...more] = said(plan, "drills/future");

    expect(more).toEqual([]);
    expect(found).toMatchObject({
      ...{ severity: "error", at: "drills[1]" },
      message: "the restore drill is written down as done on a day that is still to come",
      fix: { sentence: "write the day on which it was last done into drills[1].last, or leave it out" },
    });
    expect(said(plan, "drills/fresh").map(({ at }) => at)).toEqual(["drills[0]"]);
    if (found) expect(patchFails(plan, found)).toEqual([]);
  });

  test("today is a day that was", () => {
    expect(said(doneOn("2026-06-01"), "drills/fresh")[1]).toMatchObject({
      at: "drills[1]",
      arithmetic: "last 2026-06-01, every 30d; as of 2026-06-01 that is today",
    });
  });

  test("tomorrow is already today in the east, and nowhere earlier", () => {
    const rules = (hours: number) =>
      drills(doneOn("2026-06-02"), new Date(asOf.getTime() + hours * hour)).flatMap(({ at, rule }) =>
        at === "drills[1]" ? [rule] : [],
      );

    expect(rules(10)).toEqual(["drills/fresh"]);
    expect(rules(9.9)).toEqual(["drills/future"]);
  });
});
