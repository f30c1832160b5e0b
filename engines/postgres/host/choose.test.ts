import { expect, test } from "vitest";

import { parseMoment } from "../../moment.js";
import type { RecoveryPoint } from "../points.js";
import { choosePoints } from "./choose.js";

const point = (hour: number, stopLsn: string, more: Partial<RecoveryPoint> = {}): RecoveryPoint => ({
  ...{ dataset: "tickets", site: "office", takenAt: "desk", epoch: 1, sequence: hour, kind: "physical" },
  ...{ label: `at-${hour}`, stopLsn, bytes: { database: 1, stored: 1 } },
  startedAt: `2026-03-01T0${hour}:00:00.000Z`,
  finishedAt: `2026-03-01T0${hour}:01:00.000Z`,
  ...{ until: "2026-03-01T09:00:00.000Z", newestWal: "000000010000000000000007" },
  ...more,
});
const points = [point(1, "0/2000100"), point(3, "0/4000100")];
const labelFor = (target: Parameters<typeof choosePoints>[2], label?: string) =>
  choosePoints("tickets", points, target, label)[0].label;

test("the newest that ended before the target is chosen, by time and by position", () => {
  expect(labelFor({ kind: "latest" })).toBe("at-3");
  expect(labelFor({ kind: "time", moment: parseMoment("2026-03-01T02:00:00Z") })).toBe("at-1");
  expect(labelFor({ kind: "lsn", lsn: "0/40000FF" })).toBe("at-1");
  expect(labelFor({ kind: "lsn", lsn: "0/4000100" })).toBe("at-3");
  expect(labelFor({ kind: "lsn", lsn: "0/7FFFFFF" })).toBe("at-3");
  expect(labelFor({ kind: "xid", xid: "745" }, "at-1")).toBe("at-1");
});

const verified = (faults: readonly string[] = []) => ({
  verification: { level: "structural", at: "2026-03-01T05:00:00Z", faults },
});

test("B14: a verified point goes before a newer one that nobody verified; after it come all others, newest first", () => {
  const all = [point(1, "0/2000100"), point(2, "0/3000100", verified()), point(3, "0/4000100")];
  for (const target of [
    { kind: "latest" },
    { kind: "lsn", lsn: "0/5000000" },
    { kind: "time", moment: parseMoment("2026-03-01T08:00:00Z") },
  ] as const)
    expect(choosePoints("tickets", all, target).map(({ label }) => label)).toEqual(["at-2", "at-3", "at-1"]);
  const failed = [point(2, "0/3000100", verified(["a file is missing"])), point(3, "0/4000100")];
  expect(choosePoints("tickets", failed, { kind: "latest" })[0].label).toBe("at-3");
});

test("but not where its log ends earlier: that would lose what was committed since", () => {
  const short = { ...verified(), newestWal: "000000010000000000000003" };
  const all = [point(2, "0/3000100", short), point(3, "0/4000100")];
  expect(choosePoints("tickets", all, { kind: "latest" }).map(({ label }) => label)).toEqual([
    "at-3",
    "at-2",
  ]);
});

test("a position before the first point, or after the last stored segment, is refused with what there is", () => {
  for (const lsn of ["0/20000FF", "0/8000000", "1/0"])
    expect(() => labelFor({ kind: "lsn", lsn })).toThrow(
      /restorable: at-3 at office: 0\/4000100 to segment 0{7}1/,
    );
});

test("a point that cannot be restored is never chosen, and refused when it is named", () => {
  const bad = [point(1, "0/2000100"), point(3, "0/4000100", { problem: "a part is missing" })];
  expect(choosePoints("tickets", bad, { kind: "latest" })[0].label).toBe("at-1");
  expect(() => choosePoints("tickets", bad, { kind: "end" }, "at-3")).toThrow(
    'point "at-3" cannot be restored: office: a part is missing; good ones are at-1',
  );
  expect(() => choosePoints("tickets", bad, { kind: "end" }, "at-9")).toThrow("good ones are at-1");
});
