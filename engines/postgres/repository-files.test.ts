import { expect, test } from "vitest";

import { filesIn, isOther } from "./repository-files.js";

const manifest = (bundle: boolean, type: string) =>
  [
    "[backup]",
    `backup-bundle=${bundle}`,
    "[backup:option]",
    `option-compress-type="${type}"`,
    "",
    "[target:file]",
    'pg_data/PG_VERSION={"bni":1,"bno":100,"repo-size":32,"size":3}',
    'pg_data/base/1/112={"bni":1,"bno":0,"repo-size":100,"size":8192}',
    'pg_data/base/1/113={"reference":"20260301-000000F","repo-size":80,"size":8192}',
    'pg_data/base/1/odd={"repo-size":70,"size":8192}',
    'pg_data/empty={"size":0}',
    "",
    "[target:file:default]",
    'user="postgres"',
  ].join("\n");

test("a backup's own files are those that it refers to no other for, bundled ones together, empty ones nowhere", () => {
  expect([...filesIn(manifest(true, "zst"), "20260302-000000F")]).toEqual([
    ["bundle/1", 132],
    ["pg_data/base/1/odd.zst", 70],
  ]);
});

test("without bundles an empty file is a file, and without compression it has its own name", () => {
  const found = filesIn(manifest(false, "none"), "20260302-000000F");
  expect([...found.keys()]).toContain("pg_data/empty");
  expect([...found.keys()]).toContain("pg_data/base/1/odd");
});

test.each([
  ["a list with a changed block", manifest(true, "zst").replace('"size":3}', '"si\u0001')],
  ["no list", "[backup]\n"],
  ["something else", "\u0000\u0001"],
])("what was changed beneath the store is no manifest: %s", (_what, text) => {
  expect(() => filesIn(text, "20260302-000000F")).toThrow(SyntaxError);
});

test.each([
  ["archive/tickets/15-1/0000000100000000/000000010000000000000002.00000028.backup", true],
  ["archive/tickets/15-1/0000000100000000/else", false],
  ["backup/tickets/latest", true],
  ["backup/tickets/latest/else", false],
  ["backup/tickets/backup.history/2026/20260301-020000F.manifest.gz", true],
  ["backup/tickets/backup.history/2026/else", false],
  ["backup/tickets/20260302-020000F/pg_data/PG_VERSION.zst", true],
  ["backup/tickets/20260301-020000F_20260302-020000I/bundle/1", true],
  ["backup/tickets/20260302-020000Felse/bundle/1", false],
  ["backup/tickets/20260228-020000F/bundle/1", false],
  ["backup/tickets/20990101-020000F/bundle/1", false],
  ["else", false],
])("fault 6: what nobody knows of is told from what a backup that runs has written: %s", (name, known) => {
  expect(isOther(name, "tickets", "20260301-020000F", new Date("2026-03-02T02:00:00Z"))).toBe(known);
});
