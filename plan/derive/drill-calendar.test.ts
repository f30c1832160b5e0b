import fc from "fast-check";
import { expect, test } from "vitest";

import type { Drill } from "../schema/index.js";
import { drillCalendar, drillDays } from "./drill-calendar.js";

const asOf = new Date("2026-03-01T15:00:00Z");
const monthly: Drill = { kind: "restore", every: "30d", last: "2026-02-20" };

test("D16: each drill is due its interval after the last one, the soonest first", () => {
  const due = drillCalendar(
    { drills: [monthly, { kind: "region", every: "90d", last: "2025-11-01" }] },
    asOf,
  );

  expect(due.map(({ kind, due, overdue }) => [kind, due.toISOString().slice(0, 10), overdue])).toEqual([
    ["region", "2026-01-30", true],
    ["restore", "2026-03-22", false],
  ]);
});

test("a drill that was never done is due today, and says so", () => {
  expect(drillCalendar({ drills: [{ kind: "chaos", every: "30d", owner: "ana" }] }, asOf)).toEqual([
    {
      ...{ kind: "chaos", index: 0, owner: "ana", never: true, overdue: false },
      due: new Date("2026-03-01T00:00:00Z"),
    },
  ]);
});

test("on the day it is due a drill is not yet overdue, on the next it is", () => {
  const on = (day: string) => drillCalendar({ drills: [monthly] }, new Date(`${day}T23:59:00Z`))[0]?.overdue;

  expect([on("2026-03-22"), on("2026-03-23")]).toEqual([false, true]);
});

test("the days of a year are its interval apart, and none is before today", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 0, max: 900 }), (every, ago) => {
      const last = new Date(asOf.getTime() - ago * 86_400_000).toISOString().slice(0, 10);
      const until = new Date("2027-03-01T00:00:00Z");
      const days = drillDays({ kind: "restore", every: `${every}d`, last }, asOf, until);
      days.forEach((day, index) => {
        expect(day.getTime()).toBeGreaterThanOrEqual(Date.parse("2026-03-01"));
        const next = days[index + 1];
        if (next) expect(next.getTime() - day.getTime()).toBe(every * 86_400_000);
      });
      expect(days.length).toBeGreaterThanOrEqual(Math.floor(365 / every) - 1);
    }),
  );
});
