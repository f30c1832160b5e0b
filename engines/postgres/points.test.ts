import fc from "fast-check";
import { expect, test } from "vitest";
import { microsOf, momentAt, parseMoment } from "../moment.js";
import { newestFirst, nothingCovers, pointsFor, type RecoveryPoint, windowsOf } from "./points.js";
import { nextSegment, segmentOf, type WalSegment, walReach } from "./points-wal.js";

const start = Date.parse("2026-03-01T00:00:00Z");
const iso = (minutes: number) => new Date(start + minutes * 60_000).toISOString();
const at = (minutes: number) => momentAt((start + minutes * 60_000) * 1_000);

/** A point that ended at a minute and whose log reaches to another. */
const point = (
  ended: number,
  until: number | undefined,
  more: Partial<RecoveryPoint> = {},
): RecoveryPoint => ({
  ...{ dataset: "messages", site: "oregon", takenAt: "virginia", epoch: 1, sequence: 1, kind: "physical" },
  ...{ label: `at-${ended}`, startedAt: iso(ended - 1), finishedAt: iso(ended) },
  bytes: { database: 1, stored: 1 },
  ...(until === undefined ? {} : { until: iso(until), newestWal: "000000010000000000000001" }),
  ...more,
});

const verdicts = [undefined, [], ["a file is damaged"]] as const;
const anyPoint = fc
  .record({
    ended: fc.oneof(fc.integer({ min: 0, max: 100 }), fc.integer({ min: -3_000, max: 0 })),
    faults: fc.constantFrom(...verdicts),
    reach: fc.option(fc.integer({ min: 0, max: 3_100 }), { nil: undefined }),
    epoch: fc.integer({ min: 1, max: 3 }),
    problem: fc.constantFrom(undefined, undefined, "a part is missing"),
  })
  .map(({ ended, reach, epoch, problem, faults }) =>
    point(ended, reach === undefined ? undefined : ended + reach, {
      epoch,
      ...(problem ? { problem } : {}),
      ...(faults ? { verification: { level: "stored", at: iso(ended), faults } } : {}),
    }),
  );

const dayOfLog = 86_400_000_000;
/** An order in which no two different points are alike: several may have one label. */
const byContent = (a: RecoveryPoint, b: RecoveryPoint) => JSON.stringify(a).localeCompare(JSON.stringify(b));

test("the point chosen for a time never ended after it, reaches it and is whole; it is the newest, or a verified one at most a day older", () => {
  fc.assert(
    fc.property(
      fc.array(anyPoint, { maxLength: 12 }),
      fc.integer({ min: -10, max: 170 }),
      (points, minute) => {
        const moment = at(minute);
        const [chosen, ...next] = pointsFor(points, moment);
        const covers = (one: RecoveryPoint) =>
          one.problem === undefined &&
          microsOf(one.finishedAt) <= moment.micros &&
          one.until !== undefined &&
          moment.micros <= microsOf(one.until);
        const fitting = points.filter(covers);

        expect(chosen === undefined).toBe(fitting.length === 0);
        if (!chosen) return;
        expect(covers(chosen)).toBe(true);
        const [newest] = newestFirst(fitting);
        expect(chosen.epoch).toBe(newest?.epoch);
        // A verified one that is not the newest costs at most a day of log, and what is newer was not verified.
        const behind = microsOf(newest?.finishedAt ?? "") - microsOf(chosen.finishedAt);
        const near = fitting.filter(
          (one) =>
            one.epoch === chosen.epoch &&
            one.verification?.faults.length === 0 &&
            microsOf(newest?.finishedAt ?? "") - microsOf(one.finishedAt) <= dayOfLog,
        );
        expect(behind).toBeLessThanOrEqual(near.length > 0 ? dayOfLog : 0);
        expect(chosen.verification?.faults.length === 0).toBe(near.length > 0);
        for (const other of near)
          expect(microsOf(other.finishedAt)).toBeLessThanOrEqual(microsOf(chosen.finishedAt));
        // What is tried when it fails: all others, newest first.
        expect([chosen, ...next].toSorted(byContent)).toEqual(fitting.toSorted(byContent));
        expect(next).toEqual(newestFirst(next));
      },
    ),
  );
});

test("a moment lies in a window exactly when a point covers it", () => {
  fc.assert(
    fc.property(
      fc.array(anyPoint, { maxLength: 12 }),
      fc.integer({ min: -10, max: 170 }),
      (points, minute) => {
        const { micros } = at(minute);
        const inside = windowsOf(points).some(
          ({ from, until }) => microsOf(from) <= micros && micros <= microsOf(until),
        );

        expect(inside).toBe(pointsFor(points, at(minute)).length > 0);
      },
    ),
  );
});

test("a moment between one epoch's end and the next one's first backup is refused, with both windows", () => {
  const points = [point(10, 40), point(60, 90, { epoch: 2 })];

  expect(pointsFor(points, at(50))).toEqual([]);
  expect(nothingCovers("messages", points, at(50))).toMatchObject({
    exitCode: 1,
    message: `no recovery point of "messages" covers ${at(50).iso}: it lies between two windows; restorable: ${iso(10)} to at most ${iso(40)} (oregon, epoch 1), ${iso(60)} to at most ${iso(90)} (oregon, epoch 2)`,
  });
});

test.each([
  [5, "it is 5m before the first point"],
  [45, "it is 5m after the newest stored log"],
])("minute %d is refused: %s", (minute, why) => {
  expect(nothingCovers("messages", [point(10, 40)], at(minute)).message).toContain(why);
});

test("points are shown newest first, a later epoch's before any earlier one's", () => {
  const labels = newestFirst([point(10, 40), point(30, 40), point(20, 40, { epoch: 2 })]).map(
    ({ label }) => label,
  );

  expect(labels).toEqual(["at-20", "at-30", "at-10"]);
});

test.each([
  ["2026-03-01T14:30:00Z", "2026-03-01 14:30:00.000000+00"],
  ["2026-03-01T14:30:00.5+01:00", "2026-03-01 13:30:00.500000+00"],
  ["2026-03-01T14:30:00.123456Z", "2026-03-01 14:30:00.123456+00"],
])("%s is the moment %s, to the microsecond", (text, postgres) => {
  expect(parseMoment(text).postgres).toBe(postgres);
  expect(parseMoment(parseMoment(text).iso)).toEqual(parseMoment(text));
});

test.each([
  "2026-03-01T14:30:00",
  "2026-03-01 14:30:00Z",
  "2026-02-30T00:00:00Z",
  "yesterday",
  "2026-03-01",
  "2026-03-01T14:30:00.1234567Z",
])("%s is refused as a time: no zone, no such day, no ISO 8601, or too fine", (text) => {
  expect(() => parseMoment(text)).toThrow(expect.objectContaining({ exitCode: 2 }));
});

test.each([
  "9999-12-31T23:59:59.999999Z",
  "9999-12-31T23:59:59-12:00",
  "2201-01-01T00:00:00Z",
  "1969-12-31T23:59:59.5Z",
  "0000-01-01T00:00:00+05:00",
])("%s is refused as a time: it could not be kept to the microsecond", (text) => {
  expect(() => parseMoment(text)).toThrow(
    expect.objectContaining({
      exitCode: 2,
      message: `"${text}" is no time of the years 1970 to 2200 in UTC`,
    }),
  );
});

test("every moment survives the way to text and back", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4_102_444_800_000_000 }), (micros) => {
      expect(microsOf(momentAt(micros).iso)).toBe(micros);
    }),
  );
});

/** Segments stored a minute apart. */
const stored = (...names: string[]) =>
  new Map<string, WalSegment>(names.map((name, minute) => [name, { name, storedAt: new Date(iso(minute)) }]));

test("segments are counted as PostgreSQL does: 256 to a log file", () => {
  expect(nextSegment("00000002000000010000000A")).toBe("00000002000000010000000B");
  expect(nextSegment("0000000200000001000000FF")).toBe("000000020000000200000000");
});

test("log is followed up to a gap, which is named", () => {
  const all = stored("000000010000000000000001", "000000010000000000000002", "000000010000000000000004");

  expect(walReach(all, "000000010000000000000001")).toEqual({
    last: { name: "000000010000000000000002", storedAt: new Date(iso(1)) },
    missing: "000000010000000000000003",
  });
  expect(walReach(all, "000000010000000000000003")).toBeUndefined();
});

test("log is followed onto the timeline that a promotion began, from the same segment or the next", () => {
  const same = stored("000000010000000000000001", "000000020000000000000001", "000000020000000000000002");
  const next = stored("000000010000000000000001", "000000020000000000000002");

  expect(walReach(same, "000000010000000000000001")?.last.name).toBe("000000020000000000000002");
  expect(walReach(next, "000000010000000000000001")?.last.name).toBe("000000020000000000000002");
});

test("only segments count: history files, backup labels and partial segments are something else", () => {
  const folder = "pgbackrest/messages/e000001/archive/messages/15-1";
  const hash = "0123456789abcdef0123456789abcdef01234567";

  expect(segmentOf(`${folder}/0000000200000000/000000020000000000000009-${hash}.zst`)).toBe(
    "000000020000000000000009",
  );
  expect(segmentOf(`${folder}/00000002.history`)).toBeUndefined();
  expect(
    segmentOf(`${folder}/0000000200000000/000000020000000000000009.partial-${hash}.zst`),
  ).toBeUndefined();
  expect(segmentOf(`${folder}/0000000200000000/000000020000000000000009.00000028.backup`)).toBeUndefined();
});
