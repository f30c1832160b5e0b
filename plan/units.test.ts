import fc from "fast-check";
import { expect, test } from "vitest";

import { bytes, type Duration, humanSeconds, isDuration, isSize, type Size, seconds } from "./units.js";

test.each<[Duration, number]>([
  ["500ms", 0.5],
  ["90s", 90],
  ["5m", 300],
  ["1.5h", 5_400],
  ["90d", 7_776_000],
  ["2w", 1_209_600],
  ["1y", 31_536_000],
])("%s is %d seconds", (text, expected) => {
  expect(seconds(text)).toBe(expected);
});

test.each<[Size, number]>([
  ["1B", 1],
  ["10GiB", 10_737_418_240],
  ["1.5KiB", 1_536],
])("%s is %d bytes", (text, expected) => {
  expect(bytes(text)).toBe(expected);
});

test.each(["5 m", "m", "-5m", "5min", "", "5m ", 5, undefined])("%j is no duration", (text) => {
  expect(isDuration(text)).toBe(false);
});

test.each(["10GB", "GiB", "10 GiB", 10, "1073741825TiB", `${"9".repeat(310)}TiB`])(
  "%j is no size",
  (text) => {
    expect(isSize(text)).toBe(false);
  },
);

test("what people read adds up to the same seconds", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000_000 }), (total) => {
      const parts = humanSeconds(total).split(" ") as Duration[];
      expect(parts.reduce((sum, part) => sum + seconds(part), 0)).toBe(total);
    }),
  );
});
