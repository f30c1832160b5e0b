import { expect, test } from "vitest";

import { momentOf } from "./moment.js";

test("the moment lies anywhere within the interval, and ten seeds leave no fifth of it untried", () => {
  const moments = Array.from({ length: 10 }, (_, seed) => momentOf(seed, 60));

  for (const moment of moments) expect(moment).toBeGreaterThanOrEqual(0);
  for (const moment of moments) expect(moment).toBeLessThan(60);
  expect(new Set(moments.map((moment) => Math.floor(moment / 12)))).toEqual(new Set([0, 1, 2, 3, 4]));
});

test("the same seed is the same moment", () => {
  expect(momentOf(7, 60)).toBe(momentOf(7, 60));
  expect(momentOf(7, 60)).not.toBe(momentOf(8, 60));
});
