import { expect, test } from "vitest";

import type { Retention } from "../schema/index.js";
import { seconds } from "../units.js";
import { type Point, selectPoints } from "./select.js";

const hour = 3_600_000;
const day = 24 * hour;
const begin = Date.UTC(2025, 0, 1);
const years = 3;

/** The same numbers for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Names of the day, ISO week, month and year of a time, by the calendar's own rules. */
function periods(at: Date) {
  const thursday = new Date(at);
  thursday.setUTCDate(at.getUTCDate() + 4 - (at.getUTCDay() || 7));
  const first = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  const week = Math.ceil((Math.floor((thursday.getTime() - first) / day) + 1) / 7);
  return {
    daily: at.toISOString().slice(0, 10),
    weekly: `${thursday.getUTCFullYear()}-W${week}`,
    monthly: at.toISOString().slice(0, 7),
    yearly: at.toISOString().slice(0, 4),
  };
}

/** What a policy says of all points that there ever were (oldest first), by the names of their days, weeks and so on. */
function oracle(keep: Retention, all: readonly Point[], now: number): Set<string> {
  const kept = new Set<string>();
  const seen = { daily: new Set(), weekly: new Set(), monthly: new Set(), yearly: new Set() };
  all.toReversed().forEach(({ id, at }, newer) => {
    const own = periods(at);
    const says =
      keep === "forever" ||
      (typeof keep === "string"
        ? now - at.getTime() <= seconds(keep) * 1_000
        : "count" in keep
          ? newer < keep.count
          : "versions" in keep
            ? keep.versions === "all" || newer < keep.versions
            : (["daily", "weekly", "monthly", "yearly"] as const).some(
                (unit) => !seen[unit].has(own[unit]) && seen[unit].size < (keep[unit] ?? 0),
              ));
    if (says) kept.add(id);
    for (const unit of ["daily", "weekly", "monthly", "yearly"] as const) seen[unit].add(own[unit]);
  });
  return kept;
}

const policies: readonly Retention[] = [
  "30d",
  { count: 5 },
  { versions: 3 },
  { daily: 7, weekly: 4, monthly: 12 },
  { daily: 2, yearly: 3 },
];

test.each(policies.map((keep) => [JSON.stringify(keep), keep] as const))(
  "B3: pruned daily for three years, %s keeps exactly what it says of all that ever was",
  (_, keep) => {
    const random = randomOf(7);
    const everything: Point[] = [];
    let there: Point[] = [];
    let checked = 0;
    for (let today = 0; today < years * 365; today += 1) {
      // Now and then a run is missed, and for three weeks of the second year all are.
      const quiet = today > 500 && today < 521;
      if (!quiet && random() > 0.05) {
        const at = new Date(begin + today * day + Math.floor(random() * 24) * hour);
        const point = { id: `p${today}`, at, verified: true };
        everything.push(point);
        there.push(point);
      }
      const now = begin + (today + 1) * day;
      there = selectPoints(keep, there, new Date(now)).decisions.flatMap(({ kept, point }) =>
        kept ? [point] : [],
      );
      if (today % 9 > 0 && today < years * 365 - 30) continue;
      const says = oracle(keep, everything, now);
      // Its one law that shows here: the newest verified point stays when all are older than the policy keeps.
      const latest = everything.at(-1);
      if (latest) says.add(latest.id);
      expect(new Set(there.map(({ id }) => id))).toEqual(says);
      checked += 1;
    }
    expect(checked).toBeGreaterThan(140);
  },
);

test("B3: with failed verifications, chains and holds, the last verified point and all it needs survive three years", () => {
  for (const keep of policies) {
    const random = randomOf(11);
    let there: Point[] = [];
    let newestVerified: Point | undefined;
    let full: string | undefined;
    let last: string | undefined;
    for (let step = 0; step < years * 365 * 2; step += 1) {
      const at = new Date(begin + step * 12 * hour);
      // Whole weeks in which nothing verifies.
      const verified = Math.floor(step / 14) % 9 !== 4 && random() > 0.1;
      const id = `p${step}`;
      const isFull: boolean = step % 14 === 0 || full === undefined;
      const point: Point = { id, at, verified, held: random() < 0.002, parent: isFull ? undefined : last };
      if (isFull) full = id;
      last = id;
      there.push(point);
      if (verified) newestVerified = point;
      const { decisions, missing } = selectPoints(keep, there, at);
      there = decisions.flatMap(({ kept, point: each }) => (kept ? [each] : []));
      const ids = new Set(there.map((each) => each.id));

      expect(missing).toEqual([]);
      if (newestVerified && !ids.has(newestVerified.id))
        expect.fail(`${JSON.stringify(keep)} dropped the last verified point at step ${step}`);
      for (const { parent } of there)
        if (parent !== undefined && !ids.has(parent))
          expect.fail(`${JSON.stringify(keep)} dropped ${parent}, which a kept point needs`);
    }
    expect(there.length).toBeLessThan(400);
  }
});
