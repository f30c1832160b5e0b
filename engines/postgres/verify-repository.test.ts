import { expect, test } from "vitest";

import { verdictOf } from "./verify-repository.js";

test.each([
  ["ok", true],
  ["error", false],
])("the tool's status %s makes the verdict %s, and its words are kept", (status, good) => {
  const text = `stanza: messages\nstatus: ${status}\n  archiveId: 15-1, total WAL checked: 9, total valid WAL: 9\n\n`;

  expect(verdictOf(1, text)).toEqual({
    ...{ epoch: 1, good, restorable: good, findings: [] },
    report: [
      "stanza: messages",
      `status: ${status}`,
      "  archiveId: 15-1, total WAL checked: 9, total valid WAL: 9",
    ],
  });
});

test("what is wrong is told apart from totals, with the backup or the segment that it belongs to", () => {
  const text = [
    "2026-03-01 02:00:00.000 P00   INFO: verify command begin 2.45: --output=text",
    "2026-03-01 02:00:01.000 P02   INFO: invalid checksum '20260301-000000F/pg_data/base/1/1259.zst'",
    "stanza: messages",
    "status: error",
    "  archiveId: 15-1, total WAL checked: 9, total valid WAL: 9",
    "  backup: 20260301-000000F, status: invalid, total files checked: 970, total valid files: 969",
    "  backup: 20260302-000000F, status: valid, total files checked: 970, total valid files: 970",
    "  backup: 20260303-000000F, status: in-progress, total files checked: 0, total valid files: 0",
  ];
  expect(verdictOf(1, text.join("\n")).findings).toEqual([
    "backup 20260301-000000F is invalid",
    "invalid checksum '20260301-000000F/pg_data/base/1/1259.zst'",
  ]);
});

test("a tool that says nothing has verified nothing", () => {
  expect(verdictOf(1, "").good).toBe(false);
});
