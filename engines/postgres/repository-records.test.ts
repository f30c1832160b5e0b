import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";

import {
  backupRecordFaults,
  isBackupRecord,
  isManifestRecord,
  manifestRecord,
  manifestRecordFaults,
} from "./repository-records.js";

const label = "20260301-020000F_20260302-020000D";
const manifest = `[backrest]\nbackrest-format=5\n\n[backup]\nbackup-label="${label}"\n`;
const kept = manifestRecord("tickets", label);
const name = "archive/tickets/15-1/0000000100000000/000000010000000000000002.00000028.backup";
const record = [
  "START WAL LOCATION: 0/2000028 (file 000000010000000000000002)",
  "STOP WAL LOCATION: 0/3000050 (file 000000010000000000000003)",
  "CHECKPOINT LOCATION: 0/2000060",
  "BACKUP METHOD: streamed",
  "BACKUP FROM: primary",
  "START TIME: 2026-03-01 02:00:00 UTC",
  "LABEL: Sicherung für heute",
  "START TIMELINE: 1",
  "STOP TIME: 2026-03-01 02:00:05 UTC",
  "STOP TIMELINE: 1",
  "",
].join("\n");

const saying = (body: Uint8Array | string) => ({ get: async () => Buffer.from(body as Uint8Array) });

test("records are told by their names", () => {
  expect(isManifestRecord(manifestRecord("tickets", label))).toBe(true);
  expect(isManifestRecord("backup/tickets/backup.history/2026/else")).toBe(false);
  expect(isBackupRecord(name)).toBe(true);
  expect(isBackupRecord("archive/tickets/15-1/00000002.history")).toBe(false);
});

test("a record that says what it said has no fault", async () => {
  const packed = gzipSync(manifest);
  expect(await manifestRecordFaults(saying(packed), kept, manifest)).toEqual([]);
  expect(await manifestRecordFaults(saying(packed), kept)).toEqual([]);
  expect(await backupRecordFaults(saying(record), name)).toEqual([]);
  const added = `${record}INCREMENTAL FROM LSN: 0/1000028\nINCREMENTAL FROM TLI: 1\n`;
  expect(await backupRecordFaults(saying(added), name)).toEqual([]);
});

const packed = gzipSync(manifest);

test.each<[string, Uint8Array, string | undefined]>([
  ["another than it was", gzipSync(manifest.replace("5", "6")), manifest],
  ["of another backup that is gone", gzipSync(manifest.replace("302", "303")), undefined],
  ["of a backup that is gone, and no manifest", gzipSync("else"), undefined],
  ["with something behind its end", Buffer.concat([packed, Buffer.from("\u0001x")]), manifest],
  ["cut off", packed.subarray(0, -1), manifest],
  ["empty", Buffer.alloc(0), manifest],
  ["changed", Buffer.from(packed).fill(7, 12, 14), undefined],
])("the record of a manifest that is %s is a fault by its name", async (_what, body, expected) => {
  expect(await manifestRecordFaults(saying(body), kept, expected)).toEqual([
    expect.stringMatching(/\.manifest\.gz: (?:it|something)/),
  ]);
});

test.each<[string, Uint8Array | string]>([
  ["another segment's", record.replace("(file 000000010000000000000002)", "(file 000000010000000000000004)")],
  ["with a changed block", Buffer.from(record).fill(0xfe, 64, 80)],
  ["with a control character in its label", record.replace("für", "f\u0001r")],
  ["with something behind its end", `${record}\u0003`],
  ["empty", ""],
])("a backup's record in the log that is %s is a fault by its name", async (_what, body) => {
  expect(await backupRecordFaults(saying(body), name)).toEqual([expect.stringContaining(`${name}: it `)]);
});
