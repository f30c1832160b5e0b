import fc from "fast-check";
import { expect, test } from "vitest";

import { numberedKey, numberOf } from "./keys.js";

const number = fc.integer({ min: 1, max: 99_999_999 });

test("keys sort by their number, across folders too, and say it", () => {
  fc.assert(
    fc.property(number, number, (a, b) => {
      const [one, other] = [numberedKey("audit/x/", a), numberedKey("audit/x/", b)];
      expect(one < other).toBe(a < b);
      expect(numberOf("audit/x/", one)).toBe(a);
    }),
  );
});

test("each number has one key: what lies elsewhere is none", () => {
  expect(numberedKey("audit/x/", 1_234)).toBe("audit/x/00001/00001234.json");
  for (const key of [
    "audit/x/00000/00001234.json",
    "audit/y/00001/00001234.json",
    "audit/x/00000/00000000.json",
  ])
    expect(numberOf("audit/x/", key)).toBeUndefined();
});
