import { expect, test } from "vitest";

import { ledgerOf } from "./testing/ledgers.js";
import { twoWriters } from "./two-writers.js";

const sites = { old: ["old"], new: ["new"] };
const throughDns = ledgerOf([
  [1, "committed", 1000],
  [2, "committed", 9000, "new"],
]);

test("one writer after the other is no violation", () => {
  const local = ledgerOf(
    [
      [1, "committed", 8000],
      [2, "failed", 9500],
      [3, "unknown", 9600],
    ],
    "local",
  );

  expect(twoWriters([throughDns, local], sites)).toEqual({ from: 9010, violations: [], elsewhere: 0 });
});

test("an acknowledgement by the old site after the new one's first is named with its writer", () => {
  const local = ledgerOf([[1, "committed", 9005]], "override");

  expect(twoWriters([throughDns, local], sites).violations).toMatchObject([
    { writer: "override", number: 1 },
  ]);
});

test("the new epoch counts from its start, even before the new site's first acknowledgement", () => {
  const local = ledgerOf([[1, "committed", 7000]], "open transaction");

  expect(twoWriters([throughDns, local], sites).violations).toEqual([]);
  expect(twoWriters([throughDns, local], { ...sites, epochStart: 6000 }).violations).toHaveLength(1);
});

test("without a new epoch there is nothing to violate; unknown addresses are counted", () => {
  expect(twoWriters([ledgerOf([[1, "committed", 1000]])], sites)).toEqual({
    from: undefined,
    violations: [],
    elsewhere: 0,
  });
  expect(twoWriters([ledgerOf([[1, "committed", 1000, "10.0.0.9"]])], sites).elsewhere).toBe(1);
});
