import { Cron } from "croner";
import fc from "fast-check";
import { expect, test } from "vitest";

import type { Runner } from "../../schema/index.js";
import { follow } from "./follow.js";
import { gapsOf } from "./gaps.js";

const asOf = new Date("2026-01-01T00:00:00Z");
const hour = 3_600;

test.each<[string, string, Runner, number, number]>([
  ["0 2 * * *", "UTC", "kubernetes", 24, 48],
  // The second Sunday of March has no two o'clock.
  ["0 2 * * *", "America/New_York", "kubernetes", 47, 71],
  ["0 2 * * *", "America/New_York", "systemd", 47, 71],
  ["0 2 * * *", "America/New_York", "github-actions", 25, 49],
  ["0 3 * * *", "America/New_York", "kubernetes", 25, 49],
  // A repeated hour is worked through twice by one, and rested through by the other.
  ["*/15 * * * *", "America/New_York", "kubernetes", 0.25, 0.5],
  ["*/15 * * * *", "America/New_York", "systemd", 1.25, 1.5],
  ["0 2 * * 1-5", "UTC", "kubernetes", 72, 96],
  ["0 2 1 * *", "UTC", "kubernetes", 31 * 24, 62 * 24],
  ["0,30 9-17 * * *", "UTC", "kubernetes", 15.5, 16],
  ["* * * * *", "UTC", "kubernetes", 1 / 60, 2 / 60],
  // The southern half of the world, and a change of half an hour, after which the controller arrives at half past.
  ["30 2 * * *", "Australia/Sydney", "kubernetes", 47, 71],
  ["0 3 * * *", "Australia/Lord_Howe", "kubernetes", 48.5, 72.5],
  ["0 3 * * *", "Australia/Lord_Howe", "systemd", 24.5, 48.5],
])(
  "%s in %s by %s starts at most %d h apart, %d h with one missed",
  (cron, timeZone, runner, longest, one) => {
    const gaps = gapsOf({ cron, timeZone, runner }, asOf);

    expect((gaps?.longest ?? 0) / hour).toBeCloseTo(longest, 6);
    expect((gaps?.withOneMissed ?? 0) / hour).toBeCloseTo(one, 6);
  },
);

test("starts that the next one replaces do not count", () => {
  const nightly = { cron: "0 1,2 * * *", timeZone: "UTC", runner: "kubernetes" } as const;

  expect(gapsOf(nightly, asOf)).toMatchObject({ longest: 23 * hour, shortest: hour });
  expect(gapsOf(nightly, asOf, 1.5 * hour)).toMatchObject({ longest: 24 * hour, withOneMissed: 48 * hour });
  expect(gapsOf(nightly, asOf, 23 * hour)).toBeUndefined();
});

test("of two thousand crowded schedules not every start is followed", () => {
  const before = process.cpuUsage();
  for (let index = 0; index < 2_000; index++)
    expect(
      gapsOf({ cron: "*/10 * * * *", timeZone: "UTC", runner: "kubernetes" }, asOf, 600 + index),
    ).toBeUndefined();

  expect(process.cpuUsage(before).user / 1_000).toBeLessThan(2_000);
});

test("a leap day is no day to start on", () => {
  expect(gapsOf({ cron: "0 2 29 2 *", timeZone: "UTC", runner: "kubernetes" }, asOf)).toBeUndefined();
});

test.each([
  ["0 25 * * *", "UTC", "no hour: expected numbers from 0 to 23"],
  ["0 2 * *", "UTC", "has 4 fields"],
  ["0 2 * * 7", "UTC", "write 0 for Sunday"],
  ["*/0 * * * *", "UTC", "a step is a whole number above 0"],
  ["5-1 * * * *", "UTC", "its beginning is beyond its end"],
  ["0 2 * * *", "Europe/Nowhere", '"Europe/Nowhere" is no time zone'],
])("%s in %s is refused: %s", (cron, timeZone, message) => {
  expect(() => gapsOf({ cron, timeZone, runner: "kubernetes" }, asOf)).toThrow(message);
});

const minute = fc.constantFrom("0", "15,45", "*/20", "59", "*");
const ofDay = fc.constantFrom("1", "2", "*/6", "0,23", "1-3", "*");
const days = fc.constantFrom("* * *", "* * 1-5", "* * sun", "1,15 * *", "10-20 3,11 1");
const zone = fc.constantFrom("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe");

test("what is left out while following changes no gap", () => {
  fc.assert(
    fc.property(
      minute,
      ofDay,
      days,
      zone,
      fc.constantFrom<Runner>("kubernetes", "systemd", "github-actions"),
      (m, h, d, timeZone, runner) => {
        const clockwork = { cron: `${m} ${h} ${d}`, timeZone, runner };
        const starts: number[] = [];
        follow(clockwork, asOf, { start: (at) => starts.push(at), leaveOut: () => undefined }, true);
        const gaps = starts.slice(1).map((start, index) => start - (starts[index] ?? 0));
        const pairs = starts.slice(2).map((start, index) => start - (starts[index] ?? 0));

        expect(gapsOf(clockwork, asOf)).toMatchObject({
          longest: gaps.reduce((most, gap) => Math.max(most, gap), 0),
          withOneMissed: pairs.reduce((most, gap) => Math.max(most, gap), 0),
          shortest: gaps.reduce((least, gap) => Math.min(least, gap), Number.POSITIVE_INFINITY),
        });
      },
    ),
    { numRuns: 25 },
  );
});

test("by universal time starts are those of another library", () => {
  fc.assert(
    fc.property(minute, ofDay, days, (m, h, d) => {
      const cron = `${m} ${h} ${d}`;
      const starts: number[] = [];
      follow(
        { cron, timeZone: "UTC", runner: "kubernetes" },
        asOf,
        { start: (at) => starts.push(at), leaveOut: () => undefined },
        true,
      );
      const some = starts.slice(0, 200);
      const others = new Cron(cron, { timezone: "UTC" }).nextRuns(
        some.length,
        new Date((some[0] ?? 0) * 1_000 - 1_000),
      );

      expect(some).toEqual(others.map((start) => start.getTime() / 1_000));
    }),
    { numRuns: 40 },
  );
});
