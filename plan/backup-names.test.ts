import { expect, test } from "vitest";

import multiVps from "../plans/multi-vps.js";
import { keptDatasets, namedBackups } from "./index.js";

test("backups are called by their kind, and numbered where there are several of one", () => {
  const all = Object.fromEntries(
    keptDatasets(multiVps).map(([name, dataset]) => [name, namedBackups(dataset).map(([of]) => of)]),
  );

  for (const names of Object.values(all)) expect(new Set(names).size).toBe(names.length);
  expect(Object.values(all).flat()).toEqual(expect.arrayContaining(["wal", "logical-1", "logical-2"]));
});
