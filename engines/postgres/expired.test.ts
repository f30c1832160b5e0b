import { expect, test } from "vitest";

import { expired } from "./expired.js";

const points = (...labels: string[]) => labels.map((label) => ({ label }));

test.each<[string, string[], string[], string[]]>([
  [
    "older than the tool's oldest backup",
    ["20260301F", "20260302F", "20260303F"],
    ["20260303F"],
    ["20260301F", "20260302F"],
  ],
  [
    "never one that is missing between others: it is damaged",
    ["20260301F", "20260302F", "20260303F"],
    ["20260301F", "20260303F"],
    [],
  ],
  ["never the newest", ["20260301F", "20260302F"], ["20260301F"], []],
  ["nothing where the tool lists no backup at all", ["20260301F"], [], []],
])("a point is buried that is %s", (_, chain, listed, gone) => {
  expect(expired(points(...chain), points(...listed)).map(({ label }) => label)).toEqual(gone);
});

test("a point whose entry is not to be believed is not buried: it stays reported", () => {
  const doubted = [{ label: "20260301F", problem: "its signature does not fit" }];

  expect(expired(doubted, points("20260302F"))).toEqual([]);
});
