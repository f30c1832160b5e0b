import { beforeAll, describe, expect, test } from "vitest";

import { disasters } from "../../schema/index.js";
import { termNames } from "../rpo/index.js";
import { type Comparison, compare } from "./testing/compare.js";
import { kept, printed } from "./testing/report.js";

/** Seeds of the plans that every run of the tests looks at. */
const plans = 1_000;

let comparison: Comparison;
beforeAll(() => {
  comparison = compare(Array.from({ length: plans }, (_, index) => index + 1));
  process.stdout.write(printed(comparison));
}, 300_000);

test(`${plans} generated plans never lose more than their bound`, () => {
  expect(comparison.exceeded).toEqual([]);
});

test("every kind of data, runner, change of clocks and concurrency policy occurs in at least 3 % of the plans", () => {
  expect(kept.filter((what) => (comparison.occurs.get(what) ?? 0) < 0.03 * comparison.plans)).toEqual([]);
});

test.each(disasters)("%s: at least a fifth of the bounds are nearly reached", (disaster) => {
  const { bounded, near } = comparison.close.get(disaster) ?? { bounded: 0, near: 0 };

  expect(bounded).toBeGreaterThan(plans);
  expect(near / bounded).toBeGreaterThanOrEqual(0.2);
});

describe("a bound that forgets a term is exceeded", () => {
  test.each(termNames)("%s", (term) => {
    expect(comparison.missed.get(term)).toBeGreaterThan(0);
  });
});

test("a bound that takes every copy, or every full backup, as kept for ever is exceeded", () => {
  expect(comparison.gone).toBeGreaterThan(0);
  expect(comparison.orphaned).toBeGreaterThan(0);
});
