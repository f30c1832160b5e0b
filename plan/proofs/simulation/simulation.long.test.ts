import { expect, test } from "vitest";

import { compare } from "./testing/compare.js";
import { kept, nearly, printed } from "./testing/report.js";

const plans = 10_000;

test(`${plans} generated plans never lose more than their bound, and come near it`, () => {
  // Other seeds than those that every run of the unit tests looks at.
  const comparison = compare(Array.from({ length: plans }, (_, index) => 1_000_000 + index));
  process.stdout.write(printed(comparison));

  expect(comparison.exceeded).toEqual([]);
  expect(kept.filter((what) => (comparison.occurs.get(what) ?? 0) < 0.03 * plans)).toEqual([]);
  for (const what of nearly) {
    const { bounded, near } = comparison.close.get(what) ?? { bounded: 0, near: 0 };
    expect(near / bounded).toBeGreaterThanOrEqual(0.2);
  }
});
