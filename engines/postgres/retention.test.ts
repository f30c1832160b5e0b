import { expect, test } from "vitest";

import type { FoundEntry } from "../../vault/index.js";
import type { PhysicalPoint } from "./points-chain.js";
import { fullsToDrop } from "./retention.js";

const now = new Date("2026-05-31T00:00:00Z");
const ago = (days: number) => new Date(now.getTime() - days * 86_400_000).toISOString();
const sha256 = "0".repeat(64);

/** A repository: labels with how many days ago each ended, in the order in which they were taken. */
function chain(backups: Readonly<Record<string, number>>, said: readonly object[] = []) {
  const points = Object.entries(backups).map(([label, days], index) => ({
    ...{ label, key: label, sequence: index + 1, finishedAt: ago(days) },
  })) as unknown as PhysicalPoint[];
  const entries = [
    ...points.map(({ label, sequence }) => ({ entry: "point", label, sequence })),
    ...said,
  ].map((entry) => ({ key: "", sha256, entry })) as unknown as FoundEntry[];
  return { entries, points };
}
const hold = (sequence: number, entry = "hold") => ({
  ...{ entry, by: "ada", reason: "court order 7" },
  point: { sequence, sha256 },
});
const verified = (sequence: number) => ({
  ...{ entry: "verification", level: "structural", faults: [], writtenAt: ago(0) },
  point: { sequence, sha256 },
});
const drops = (backups: Readonly<Record<string, number>>, said?: readonly object[]) => [
  ...fullsToDrop(chain(backups, said), "30d", now),
];

test("what is older than the plan keeps goes, but for the newest of it: log is replayed onto that", () => {
  expect(drops({ "1F": 50, "2F": 40, "3F": 20, "4F": 1 })).toEqual(["1F"]);
  expect(drops({ "2F": 29, "3F": 20 })).toEqual([]);
});

test("a held point stays, and goes once it is released", () => {
  const backups = { "1F": 60, "2F": 50, "3F": 40, "4F": 1 };
  expect(drops(backups, [hold(1)])).toEqual(["2F"]);
  expect(drops(backups, [hold(1), hold(1, "release")])).toEqual(["2F", "1F"]);
});

test("fault 18: a full backup stays as long as what adds to it; what adds to it goes with it alone", () => {
  const backups = { "1F": 70, "1F_1D": 35, "1F_2I": 29, "2F": 28, "3F": 1 };
  expect(drops(backups)).toEqual([]);
  expect(drops({ ...backups, "1F_2I": 33, "0F": 80 })).toEqual(["0F"]);
});

test("held is an incremental: all that it adds to stays", () => {
  expect(drops({ "1F": 90, "1F_1I": 85, "2F": 60, "3F": 50, "4F": 1 }, [hold(2)])).toEqual(["2F"]);
});

test("fault 17: the last one that was verified stays, whatever its age", () => {
  expect(drops({ "1F": 90, "2F": 60, "3F": 50, "4F": 1 }, [verified(1)])).toEqual(["2F"]);
});

test("fault 9: while a point lies in the future nothing is dropped", () => {
  expect(drops({ "1F": 90, "2F": 60, "3F": 50, "4F": -2 })).toEqual([]);
});
