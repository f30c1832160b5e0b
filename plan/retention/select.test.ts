import fc from "fast-check";
import { expect, test } from "vitest";

import type { Retention } from "../schema/index.js";
import type { Duration } from "../units.js";
import { type Point, plausibleSkew, selectPoints } from "./select.js";

const day = 86_400_000;
const now = new Date("2026-06-15T12:00:00Z");
const ago = (days: number) => new Date(now.getTime() - days * day);
const point = (id: string, days: number, more: Partial<Point> = {}): Point => ({
  ...{ id, at: ago(days), verified: true },
  ...more,
});
const keptOf = (keep: Retention, points: readonly Point[], at = now) =>
  selectPoints(keep, points, at)
    .decisions.filter(({ kept }) => kept)
    .map(({ point: { id } }) => id)
    .sort();
const daily = (count: number) => Array.from({ length: count }, (_, index) => point(`d${index}`, index));

test.each<[string, Retention, readonly string[]]>([
  ["by age, the bound itself included", "2d", ["d0", "d1", "d2"]],
  ["by count", { count: 2 }, ["d0", "d1"]],
  ["for ever", "forever", ["d0", "d1", "d2", "d3", "d4"]],
  ["by versions", { versions: 3 }, ["d0", "d1", "d2"]],
  ["all versions", { versions: "all" }, ["d0", "d1", "d2", "d3", "d4"]],
  ["by calendar", { daily: 1, weekly: 2 }, ["d0", "d1"]],
])("keeps %s", (_, keep, kept) => {
  expect(keptOf(keep, daily(5))).toEqual(kept);
});

test("B3: 7 daily, 4 weekly and 12 monthly of a point a day for two years", () => {
  const points = daily(730);
  const kept = selectPoints({ daily: 7, weekly: 4, monthly: 12 }, points, now).decisions.filter(
    (decision) => decision.kept,
  );

  // 15 June 2026 is a Monday: this week and the last are among the days. Two more Sundays, 7 June and 31 May, the
  // latter a month's end too; ten more of those.
  expect(kept).toHaveLength(7 + 2 + 10);
  expect(kept.at(-1)?.point.at.toISOString().slice(0, 10)).toBe("2025-07-31");
  expect(kept[0]?.why).toEqual([
    "last of its day",
    "last of its ISO week",
    "last of its month",
    "the newest verified point",
  ]);
});

test("days, weeks, months and years without a point do not count", () => {
  expect(keptOf({ daily: 2 }, [point("a", 100), point("b", 300), point("c", 400)])).toEqual(["a", "b"]);
});

test("an ISO week ends on Sunday, also over New Year", () => {
  const points = ["2025-12-28T10:00Z", "2025-12-29T10:00Z", "2026-01-04T10:00Z", "2026-01-05T10:00Z"].map(
    (at) => ({ id: at.slice(0, 10), at: new Date(at), verified: true }),
  );

  expect(keptOf({ weekly: 2 }, points)).toEqual(["2026-01-04", "2026-01-05"]);
  expect(keptOf({ weekly: 3 }, points)).toEqual(["2025-12-28", "2026-01-04", "2026-01-05"]);
});

test("versions are counted for each object", () => {
  const points = [
    point("a1", 3, { object: "a" }),
    point("b1", 2, { object: "b" }),
    point("a2", 1, { object: "a" }),
  ];

  expect(keptOf({ versions: 1 }, points)).toEqual(["a2", "b1"]);
});

const safety = (id: string, days: number) => point(id, days, { verified: false, safety: true });

test.each<[Retention, readonly string[]]>([
  ["1d", ["b0", "b1", "d0", "d1"]],
  [{ count: 2 }, ["b0", "b1", "d0", "d1"]],
  [{ versions: 2 }, ["b0", "b1", "d0", "d1"]],
  [{ daily: 2 }, ["b0", "b1", "d0", "d1"]],
])(
  "%j: a safety backup takes no other's place, and goes once it is older than what is kept",
  (keep, kept) => {
    // Each a moment after the dump of its day, which would be neither among the newest nor the last of its day.
    const besides = [0, 1, 2, 3].map((days) => safety(`b${days}`, days - 0.01));

    expect(keptOf(keep, [...daily(4), ...besides.slice(1), safety("b0", 0)])).toEqual(kept);
  },
);

test("safety backups of which no other point is left stay: nothing says that they are old", () => {
  const { decisions } = selectPoints({ count: 1 }, [safety("a", 1), safety("b", 90)], now);

  expect(decisions.map(({ kept, why }) => [kept, ...why])).toEqual([
    [true, "a safety backup, not older than what is kept"],
    [true, "a safety backup, not older than what is kept"],
  ]);
});

test("the newest verified point stays when newer ones are not, and says so", () => {
  const { decisions } = selectPoints(
    { count: 1 },
    [point("new", 0, { verified: false }), point("good", 5), point("old", 6)],
    now,
  );

  expect(decisions.map(({ point: { id }, kept, why }) => [id, kept, ...why])).toEqual([
    ["new", true, "1 of the newest 1 points"],
    ["good", true, "the newest verified point"],
    ["old", false, "not among the newest 1 points"],
  ]);
});

test("what a kept point needs stays, down to the full; what nobody has is named", () => {
  const points = [
    point("i2", 0, { parent: "i1" }),
    point("i1", 1, { parent: "full" }),
    point("full", 2),
    point("other", 3),
    point("orphan", 4, { parent: "gone", held: true }),
  ];
  const selection = selectPoints({ count: 1 }, points, now);

  expect(keptOf({ count: 1 }, points)).toEqual(["full", "i1", "i2", "orphan"]);
  expect(selection.missing).toEqual(["gone"]);
  expect(selection.decisions.find(({ point: { id } }) => id === "full")?.why).toEqual(['"i1" needs it']);
});

test("nothing is dropped while the clock cannot be right", () => {
  const points = daily(5);
  const early = new Date(now.getTime() - (plausibleSkew + 1) * 1_000);
  const selection = selectPoints({ count: 1 }, points, early);

  expect(selection.refused).toBe('nothing is dropped: "d0" lies 1h 1s in the future, so a clock is wrong');
  expect(keptOf({ count: 1 }, points, early)).toHaveLength(5);
  expect(keptOf({ count: 1 }, points, new Date(now.getTime() - plausibleSkew * 1_000))).toEqual(["d0"]);
});

test("nothing is dropped while no point is verified", () => {
  const points = daily(3).map((each) => ({ ...each, verified: false }));

  expect(selectPoints({ count: 1 }, points, now).refused).toBe("nothing is dropped: no point is verified");
});

test("refuses two points of one name and a time that is none", () => {
  expect(() => selectPoints("1d", [point("a", 0), point("a", 1)], now)).toThrow('two points are called "a"');
  expect(() => selectPoints("1d", [point("a", Number.NaN)], now)).toThrow(
    'point "a" has a time that is none',
  );
  expect(() => selectPoints("1d", [], new Date(Number.NaN))).toThrow("the time at which points are selected");
});

const some = fc.integer({ min: 1, max: 6 });
const anyRetention: fc.Arbitrary<Retention> = fc.oneof(
  fc.integer({ min: 1, max: 60 }).map((days): Duration => `${days}d`),
  fc.constant("forever" as const),
  some.map((count) => ({ count })),
  some.map((versions) => ({ versions })),
  fc
    .record({ daily: some, weekly: some, monthly: some, yearly: some }, { requiredKeys: [] })
    .filter((kept) => Object.keys(kept).length > 0),
);
const anyPoints = fc
  .array(
    fc.record({
      hours: fc.integer({ min: 0, max: 24 * 900 }),
      verified: fc.boolean(),
      held: fc.boolean().map((held) => held),
      safety: fc.boolean(),
      parent: fc.option(fc.nat(40), { nil: undefined }),
    }),
    { maxLength: 40 },
  )
  .map((all) =>
    all.map(
      ({ hours, verified, held, safety, parent }, index): Point => ({
        ...{ id: `p${index}`, at: new Date(now.getTime() - hours * 3_600_000), verified },
        ...{
          safety: safety && index % 3 === 0,
          held: held && index % 5 === 0,
          parent: parent === undefined ? undefined : `p${parent}`,
        },
      }),
    ),
  );

test("laws: what must stay stays, order of listing is nothing, and pruning twice is pruning once", () => {
  fc.assert(
    fc.property(anyRetention, anyPoints, (keep, points) => {
      const { decisions } = selectPoints(keep, points, now);
      const kept = decisions.flatMap(({ kept, point }) => (kept ? [point] : []));
      const ids = new Set(kept.map(({ id }) => id));
      const verified = points.filter((each) => each.verified).map(({ at }) => at.getTime());

      expect(decisions).toHaveLength(points.length);
      expect(decisions.every(({ why }) => why.length > 0)).toBe(true);
      if (verified.length > 0)
        expect(kept.some((each) => each.verified && each.at.getTime() === Math.max(...verified))).toBe(true);
      else expect(kept).toHaveLength(points.length);
      for (const each of points) if (each.held) expect(ids).toContain(each.id);
      for (const { parent } of kept)
        if (points.some(({ id }) => id === parent)) expect(ids).toContain(parent);
      expect(keptOf(keep, points.toReversed())).toEqual([...ids].sort());
      expect(keptOf(keep, kept)).toEqual([...ids].sort());
    }),
    { numRuns: 300 },
  );
});

test("more is kept when the policy says more", () => {
  fc.assert(
    fc.property(anyPoints, some, fc.integer({ min: 0, max: 20 }), (points, count, more) => {
      const [less, all] = [
        keptOf({ daily: count }, points),
        keptOf({ daily: count + more, monthly: 1 }, points),
      ];
      expect(less.filter((id) => !all.includes(id))).toEqual([]);
    }),
    { numRuns: 50 },
  );
});

test("B3: where a number is kept, what becomes of other points is the same with and without safety backups", () => {
  const numbered = anyRetention.filter((keep) => typeof keep !== "string");
  fc.assert(
    fc.property(numbered, anyPoints, (keep, points) => {
      // What needs another keeps it, whatever that is.
      const all = points.map((each) => ({
        ...each,
        parent: undefined,
        verified: each.verified && !each.safety,
      }));
      const others = all.filter((each) => !each.safety);
      fc.pre(others.some(({ verified }) => verified));

      expect(keptOf(keep, all).filter((id) => others.some((each) => each.id === id))).toEqual(
        keptOf(keep, others),
      );
    }),
    { numRuns: 300 },
  );
});
