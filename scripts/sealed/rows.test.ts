import { expect, test } from "vitest";

import { parseMoment } from "../../engines/moment.js";
import type { RecoveryPoint } from "../../engines/postgres/points.js";
import type { FoundPoint } from "../../engines/sealed/points.js";
import { consistentSet, restorableUntil, verifiedInWords } from "./rows.js";

const point = (finishedAt: string, until?: string, more: Partial<RecoveryPoint> = {}): RecoveryPoint => ({
  ...{ dataset: "tickets", site: "office", takenAt: "desk", epoch: 1, sequence: 1, kind: "physical" },
  ...{ label: `physical-${finishedAt.slice(11, 16)}`, startedAt: finishedAt, finishedAt },
  bytes: { database: 1, stored: 1 },
  ...(until === undefined ? {} : { until }),
  ...more,
});
const dump = (at: string) =>
  ({
    copy: { dataset: "tickets", site: "offsite" },
    ...{ at, epoch: 1 },
    point: { kind: "logical", label: `dump-${at.slice(11, 16)}` },
  }) as FoundPoint;
const chosen = (points: readonly RecoveryPoint[], dumps: readonly FoundPoint[], at: string) =>
  consistentSet(["tickets"], points, dumps, parseMoment(at))[0];
const at = (time: string) => `2026-03-01T${time}:00.000Z`;

test("for a moment that no log reaches, what loses least is chosen: the log up to its end, or a newer dump", () => {
  const logged = point(at("01:00"), at("11:50"));

  expect(chosen([logged], [dump(at("08:00"))], at("11:00"))).toMatchObject({
    ...{ label: "physical-01:00", lossSeconds: 0 },
  });
  expect(chosen([logged], [dump(at("08:00"))], at("12:00"))).toEqual({
    ...{ dataset: "tickets", kind: "physical", site: "office", label: "physical-01:00", lossSeconds: 600 },
    loss: `at least 10m since ${at("11:50")}, where the log ends: restore all of it, without --at`,
  });
  expect(chosen([logged], [dump(at("11:55"))], at("12:00"))).toMatchObject({
    ...{ label: "dump-11:55", lossSeconds: 300 },
  });
  expect(chosen([logged], [], at("00:30"))).toEqual({ dataset: "tickets", loss: "everything" });
});

test("an older epoch's log is not chosen for its later end, and a point that cannot be restored not at all", () => {
  const old = point(at("01:00"), at("11:50"));
  const taken = point(at("09:00"), undefined, { epoch: 2 });
  const broken = point(at("10:00"), undefined, { epoch: 2, problem: "a part is missing" });

  expect(chosen([old, taken, broken], [], at("12:00"))).toMatchObject({ label: "physical-09:00" });
});

test("a daily look at what is stored does not hide that a point was restored before", () => {
  const deeper = { level: "restored", at: at("03:00") };
  const verification = { level: "stored", at: "2026-03-02T03:00:00.000Z", faults: [], deeper };

  expect(verifiedInWords(verification)).toBe("stored 2026-03-02, restored 2026-03-01");
});

test("that a physical point is held is said with who and why, of one that cannot be restored too", () => {
  const held = { by: "ada@desk", reason: "court order 7" };

  expect(restorableUntil(point(at("01:00"), at("02:00"), { held }))).toBe(
    `${at("02:00")}, never verified, held by ada@desk: court order 7`,
  );
  expect(restorableUntil(point(at("01:00"), undefined, { held, problem: "gone" }))).toBe(
    "NOT: gone, held by ada@desk: court order 7",
  );
});
