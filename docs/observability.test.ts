import { readFileSync } from "node:fs";

import { expect, test } from "vitest";

import { definitions } from "../metrics/index.js";

test("every metric is in the table, and no other", () => {
  const table = readFileSync("docs/observability.md", "utf8")
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .flatMap((line) => [...(line.split("|")[1] ?? "").matchAll(/`([a-z_]+)`/g)].map(([, name]) => name));

  expect(table.sort()).toEqual(Object.keys(definitions).sort());
});
