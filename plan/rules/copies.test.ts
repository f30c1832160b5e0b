import { expect, test } from "vitest";

import { withDataset } from "./testing/said.js";

const one = (backup: object, dataset: object = {}) => withDataset({ ...dataset, backups: [backup] });
const place = "datasets.more.backups[0]";

test("copies at sites that there are, each once, are no problem", () => {
  expect(one({ kind: "copy", direct: ["home", "store"], replicated: ["shelf"] })).toEqual([]);
});

test("a site holds a copy once, directly or replicated", () => {
  expect(one({ kind: "copy", direct: ["home", "home"], replicated: ["home"] })).toEqual([
    `${place}.direct[1]: "home" is named twice`,
    `${place}.replicated: "home" is a direct copy already; a site holds one or the other`,
  ]);
});

test.each([
  ["direct", "rented", "vps"],
  ["replicated", "shelf", "media"],
])("B5: versions of objects are kept by buckets: %s at %s is refused", (way, site, kind) => {
  const dataset = { kind: "bucket", at: "store" };
  const backup = { kind: "versions", direct: ["store"], replicated: [] as string[], [way]: [site] };

  expect(one(backup, dataset)).toEqual([
    `${place}.${way}[0]: "${site}" is of kind "${kind}", which keeps no versions of objects; name an object-store or an aws-region, or use copy()`,
  ]);
});

test("E7: a second server may run in the region of the first, which has hardware enough", () => {
  expect(one({ kind: "replica", to: "home" }, { kind: "postgres" })).toEqual([]);
});

test("D5: a second server on the first one's own hardware is refused", () => {
  expect(one({ kind: "replica", to: "rented" }, { kind: "postgres", at: "rented" })).toEqual([
    `${place}.to: must be another site than the dataset's own, whose hardware it would share; got "rented"`,
  ]);
});

test.each([
  ["store", "object-store"],
  ["shelf", "media"],
])("no replica runs at %s", (to, kind) => {
  expect(one({ kind: "replica", to }, { kind: "postgres" })).toEqual([
    `${place}.to: "${to}" is of kind "${kind}", where no server runs; name an aws-region, a vps or premises`,
  ]);
});

test("A3: the head of an audit log is kept at another site than the log", () => {
  const log = { kind: "audit-log", head: "home" };

  expect(one({ kind: "append", direct: ["store"] }, log)).toEqual([
    'datasets.more.head: must be another site than the log\'s own, or both are cut off at once; got "home"',
  ]);
});

test("A4: files are not encrypted by keys that are among them", () => {
  expect(one({ kind: "copy", direct: ["store"] }, { keys: "more" })).toEqual([
    'datasets.more.keys: must be another dataset, got "more" itself',
  ]);
});

test.each(["store", "shelf"])("no database runs at %s", (at) => {
  expect(withDataset({ kind: "sqlite", at })[0]).toMatch(
    /^datasets\.more\.at: ".+" is of kind ".+", where no sqlite runs/,
  );
});
