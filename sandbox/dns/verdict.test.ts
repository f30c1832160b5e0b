import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { aggregate, initialVerdict, observe, type Verdict } from "./verdict.js";

const after = (
  observations: readonly boolean[],
  threshold: number,
  from: Verdict = initialVerdict,
): Verdict => observations.reduce((verdict, passed) => observe(verdict, passed, threshold), from);

/** A checker's verdict read from its whole history: the latest run of `threshold` equal observations decides. */
function verdictOfHistory(history: readonly boolean[], threshold: number): boolean {
  for (let end = history.length; end >= threshold; end--) {
    const run = history.slice(end - threshold, end);
    if (run.every((passed) => passed === run[0])) return run[0] ?? true;
  }
  return true;
}

describe("more than 18 % of health checkers", () => {
  test.each([
    { healthy: 0, of: 16, status: false },
    { healthy: 2, of: 16, status: false },
    { healthy: 3, of: 16, status: true },
    { healthy: 18, of: 100, status: false },
    { healthy: 19, of: 100, status: true },
    { healthy: 1, of: 6, status: false },
    { healthy: 2, of: 6, status: true },
  ])("$healthy of $of: $status", ({ healthy, of, status }) => {
    expect(aggregate(Array.from({ length: of }, (_none, index) => ({ healthy: index < healthy })))).toBe(
      status,
    );
  });
});

test("a new health check is healthy until there is enough data", () => {
  expect(after([], 3).healthy).toBe(true);
  expect(after([false, false], 3).healthy).toBe(true);
  expect(after([false, false, false], 3).healthy).toBe(false);
});

describe("fault 32, health check flapping: hysteresis", () => {
  test("flapping below the threshold gives no transition", () => {
    const flapping = Array.from({ length: 50 }, () => [false, false, true]).flat();
    expect(transitions(flapping, 3)).toBe(0);
  });

  test("flapping that ends in failure gives one transition", () => {
    const flapping = Array.from({ length: 50 }, () => [false, false, true]).flat();
    expect(transitions([...flapping, false, false, false, true, false, true, true, false], 3)).toBe(1);
  });

  function transitions(observations: readonly boolean[], threshold: number): number {
    let verdict = initialVerdict;
    return observations.filter((passed) => {
      const before = verdict.healthy;
      verdict = observe(verdict, passed, threshold);
      return verdict.healthy !== before;
    }).length;
  }
});

test("a status changes only by FailureThreshold equal observations in a row, of more than 18 % of checkers", () => {
  const world = fc.record({
    threshold: fc.integer({ min: 1, max: 10 }),
    checkers: fc.integer({ min: 1, max: 16 }),
  });
  const scenario = world.chain(({ threshold, checkers }) =>
    fc.record({
      threshold: fc.constant(threshold),
      checkers: fc.constant(checkers),
      // Runs of one checker's equal observations, in any order: long enough to turn it now and then.
      events: fc.array(
        fc.record({
          checker: fc.nat({ max: checkers - 1 }),
          passed: fc.boolean(),
          times: fc.integer({ min: 1, max: threshold + 1 }),
        }),
        { maxLength: 60 },
      ),
    }),
  );
  fc.assert(
    fc.property(scenario, ({ threshold, checkers, events }) => {
      const histories = Array.from({ length: checkers }, (): boolean[] => []);
      const verdicts = Array.from({ length: checkers }, () => initialVerdict);
      let status = aggregate(verdicts);
      for (const { checker, passed } of events.flatMap((event) => Array(event.times).fill(event))) {
        const history = histories[checker] ?? [];
        history.push(passed);
        verdicts[checker] = observe(verdicts[checker] ?? initialVerdict, passed, threshold);
        const next = aggregate(verdicts);
        const healthy = histories.filter((one) => verdictOfHistory(one, threshold)).length;
        expect(next).toBe(healthy * 100 > checkers * 18);
        if (next !== status) {
          expect(history.slice(-threshold)).toEqual(Array(threshold).fill(next));
          expect(passed).toBe(next);
        }
        status = next;
      }
    }),
    { numRuns: 300 },
  );
});
