import { beforeAll, describe, expect, test } from "vitest";

import { termNames } from "../rpo/index.js";
import { everyCare } from "./testing/cares.js";
import { type Comparison, compare } from "./testing/compare.js";
import { countedTerms } from "./testing/counted-terms.js";
import { without } from "./testing/left-out.js";
import { kept, nearly, printed } from "./testing/report.js";

/** Seeds of the plans that every run of the tests looks at. */
const plans = 1_000;

const counted = countedTerms();
const leftOut = [...counted, ...everyCare()];
let comparison: Comparison;
beforeAll(async () => {
  const mutants = await Promise.all(
    leftOut.map(async (one) => ({ without: one.what, bound: await without(one) })),
  );
  comparison = compare(
    Array.from({ length: plans }, (_, index) => index + 1),
    mutants,
  );
  process.stdout.write(printed(comparison));
}, 600_000);

test(`${plans} generated plans never lose more than their bound`, () => {
  expect(comparison.exceeded).toEqual([]);
});

test("every kind of data, runner, change of clocks and concurrency policy occurs in at least 3 % of the plans", () => {
  expect(kept.filter((what) => (comparison.occurs.get(what) ?? 0) < 0.03 * comparison.plans)).toEqual([]);
});

test.each(nearly)("%s: at least a fifth of the bounds are nearly reached", (what) => {
  const { bounded, near } = comparison.close.get(what) ?? { bounded: 0, near: 0 };

  expect(bounded).toBeGreaterThan(0.03 * plans);
  expect(near / bounded).toBeGreaterThanOrEqual(0.2);
});

describe("arithmetic is exceeded that leaves out", () => {
  test("every kind of term is left out somewhere", () => {
    expect(new Set(counted.map(({ term }) => term))).toEqual(new Set(termNames));
  });

  test.each(leftOut.map(({ what }) => what))("%s", (what) => {
    expect(comparison.caught.find(({ without }) => without === what)?.by).toBeGreaterThan(0);
  });
});
