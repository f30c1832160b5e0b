import { beforeAll, describe, expect, test } from "vitest";

import { disasters } from "../../schema/index.js";
import { termNames } from "../rpo/index.js";
import { type Comparison, compare } from "./testing/compare.js";
import { countedTerms, nameOf, without } from "./testing/mutants.js";
import { kept, printed } from "./testing/report.js";

/** Seeds of the plans that every run of the tests looks at. */
const plans = 1_000;

const counted = countedTerms();
let comparison: Comparison;
beforeAll(async () => {
  const mutants = await Promise.all(
    counted.map(async (one) => ({ without: nameOf(one), bound: await without(one) })),
  );
  comparison = compare(
    Array.from({ length: plans }, (_, index) => index + 1),
    mutants,
  );
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

describe("arithmetic that leaves out a term, or a part of one, is exceeded", () => {
  test("every kind of term is left out somewhere", () => {
    expect(new Set(counted.map(({ term }) => term))).toEqual(new Set(termNames));
  });

  test.each(counted.map(nameOf))("%s", (name) => {
    expect(comparison.caught.find(({ without }) => without === name)?.by).toBeGreaterThan(0);
  });
});

test("a bound that takes every copy, or every full backup, as kept for ever is exceeded", () => {
  expect(comparison.gone).toBeGreaterThan(0);
  expect(comparison.orphaned).toBeGreaterThan(0);
});
