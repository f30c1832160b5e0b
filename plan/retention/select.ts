import type { Retention } from "../schema/index.js";
import { humanSeconds, seconds } from "../units.js";

/** Which recovery points a retention keeps. Pure: the clock and the catalogue come from outside. */

/** A recovery point as far as retention is concerned. */
export interface Point {
  /** Unique among the points of one copy. */
  readonly id: string;
  /** When what it holds was captured. */
  readonly at: Date;
  /** Whether a verification of it went well. */
  readonly verified: boolean;
  /** Point that it cannot be restored without: the full beneath an incremental. */
  readonly parent?: string | undefined;
  /** Held by somebody against retention. @default false */
  readonly held?: boolean | undefined;
  /**
   * A safety backup: taken only because something was about to be restored over it. It takes nobody's place where a
   * number is kept, and stays as long as the oldest point that the number keeps. @default false
   */
  readonly safety?: boolean | undefined;
  /** What it is a version of, where versions are counted. @default all are versions of one thing */
  readonly object?: string | undefined;
}

/** What becomes of one point. */
export interface Decision {
  readonly point: Point;
  readonly kept: boolean;
  /** Why, in words: each reason to keep it, or the one for which it goes. */
  readonly why: readonly string[];
}

/** What becomes of all points. */
export interface Selection {
  /** Newest first; every point once. */
  readonly decisions: readonly Decision[];
  /** Why nothing was dropped although the policy would have: the clock cannot be right, or nothing is verified. */
  readonly refused?: string;
  /** Points that are needed by a kept one and are not there. */
  readonly missing: readonly string[];
}

/** How far in the future a point may lie, in seconds, before the clock counts as wrong. */
export const plausibleSkew = 3_600;

/**
 * Decides which points a retention keeps at a time.
 *
 * Whatever it says, these are kept: the newest verified point, held points, and what a kept point needs. Nothing at
 * all is dropped while a point lies more than `skew` seconds in the future (the clock, here or there, is wrong then),
 * or while no point is verified.
 *
 * @throws RangeError for a time that is none and for two points of one id
 */
export function selectPoints(
  keep: Retention,
  points: readonly Point[],
  now: Date,
  { skew = plausibleSkew }: { readonly skew?: number } = {},
): Selection {
  const byId = checked(points, now);
  const newestFirst = points.toSorted(newest);
  const reasons = new Map<string, string[]>();
  const because = (point: Point, why: string) => {
    const known = reasons.get(point.id);
    if (known) known.push(why);
    else reasons.set(point.id, [why]);
  };

  for (const [point, why] of byPolicy(keep, newestFirst, now)) because(point, why);
  const verified = newestFirst.find((point) => point.verified);
  if (verified) because(verified, "the newest verified point");
  for (const point of newestFirst) if (point.held) because(point, "held");
  const missing = keepParents(newestFirst, byId, reasons, because);

  const refused = refusal(newestFirst, verified, now, skew);
  const decisions = newestFirst.map((point): Decision => {
    const why = reasons.get(point.id);
    if (why) return { point, kept: true, why };
    return refused
      ? { point, kept: true, why: [refused] }
      : { point, kept: false, why: [dropped(keep, point, now)] };
  });
  const all = { decisions, missing };
  return refused && decisions.some(({ point }) => !reasons.has(point.id)) ? { ...all, refused } : all;
}

function checked(points: readonly Point[], now: Date): Map<string, Point> {
  if (Number.isNaN(now.getTime())) throw new RangeError("the time at which points are selected is none");
  const byId = new Map<string, Point>();
  for (const point of points) {
    if (Number.isNaN(point.at.getTime())) throw new RangeError(`point "${point.id}" has a time that is none`);
    if (byId.has(point.id)) throw new RangeError(`two points are called "${point.id}"`);
    byId.set(point.id, point);
  }
  return byId;
}

/** Newest first; of two at one time, the later id counts as newer, so that the order never depends on the listing. */
const newest = (a: Point, b: Point) => b.at.getTime() - a.at.getTime() || (a.id < b.id ? 1 : -1);

type Reason = [Point, string];

function byPolicy(keep: Retention, newestFirst: readonly Point[], now: Date): Reason[] {
  if (keep === "forever") return newestFirst.map((point) => [point, "kept forever"]);
  if (typeof keep === "string") {
    const since = now.getTime() - seconds(keep) * 1_000;
    return newestFirst.flatMap((point) =>
      point.at.getTime() >= since ? [[point, `not older than ${keep}`] satisfies Reason] : [],
    );
  }
  const kept = byNumber(
    keep,
    newestFirst.filter(({ safety }) => !safety),
  );
  // Where there is nothing else, nothing says that they are old.
  const since =
    kept.length > 0 ? Math.min(...kept.map(([{ at }]) => at.getTime())) : Number.NEGATIVE_INFINITY;
  const besides = newestFirst.filter(({ safety, at }) => safety && at.getTime() >= since);
  return [
    ...kept,
    ...besides.map((point): Reason => [point, "a safety backup, not older than what is kept"]),
  ];
}

function byNumber(keep: Exclude<Retention, string>, newestFirst: readonly Point[]): Reason[] {
  if ("count" in keep)
    return newestFirst.slice(0, keep.count).map((point, index) => [point, nth(index, keep.count, "points")]);
  if ("versions" in keep) {
    if (keep.versions === "all") return newestFirst.map((point) => [point, "all versions are kept"]);
    return byVersions(newestFirst, keep.versions);
  }
  return units.flatMap(({ name, field, of }) => {
    const wanted = keep[field];
    return wanted === undefined
      ? []
      : lastOfEach(newestFirst, of)
          .slice(0, wanted)
          .map((point): Reason => [point, `last of its ${name}`]);
  });
}

const nth = (index: number, of: number, what: string) => `${index + 1} of the newest ${of} ${what}`;

function byVersions(newestFirst: readonly Point[], wanted: number): Reason[] {
  const seen = new Map<string | undefined, number>();
  return newestFirst.flatMap((point) => {
    const before = seen.get(point.object) ?? 0;
    seen.set(point.object, before + 1);
    return before < wanted ? [[point, nth(before, wanted, "versions")] satisfies Reason] : [];
  });
}

const dayMs = 86_400_000;
/** Days since Monday, 29 December 1969: weeks start where ISO weeks do. */
const dayOf = (at: Date) => Math.floor(at.getTime() / dayMs) + 3;
const units = [
  { name: "day", field: "daily", of: dayOf },
  { name: "ISO week", field: "weekly", of: (at: Date) => Math.floor(dayOf(at) / 7) },
  { name: "month", field: "monthly", of: (at: Date) => at.getUTCFullYear() * 12 + at.getUTCMonth() },
  { name: "year", field: "yearly", of: (at: Date) => at.getUTCFullYear() },
] as const;

/** The last point of each day, week, month or year in which there is one, newest first. UTC. */
function lastOfEach(newestFirst: readonly Point[], unitOf: (at: Date) => number): Point[] {
  let last: number | undefined;
  return newestFirst.filter(({ at }) => {
    const unit = unitOf(at);
    if (unit === last) return false;
    last = unit;
    return true;
  });
}

/** Keeps what kept points need, and returns what they need and nobody has. */
function keepParents(
  newestFirst: readonly Point[],
  byId: ReadonlyMap<string, Point>,
  reasons: ReadonlyMap<string, unknown>,
  because: (point: Point, why: string) => void,
): string[] {
  const missing = new Set<string>();
  const followed = new Set<string>();
  const pending = newestFirst.filter(({ id }) => reasons.has(id));
  for (let child = pending.pop(); child; child = pending.pop()) {
    if (child.parent === undefined || followed.has(child.id)) continue;
    followed.add(child.id);
    const parent = byId.get(child.parent);
    if (!parent) missing.add(child.parent);
    else {
      because(parent, `"${child.id}" needs it`);
      pending.push(parent);
    }
  }
  return [...missing].sort();
}

function refusal(
  [latest]: readonly Point[],
  verified: Point | undefined,
  now: Date,
  skew: number,
): string | undefined {
  if (!latest) return undefined;
  const ahead = (latest.at.getTime() - now.getTime()) / 1_000;
  if (ahead > skew)
    return `nothing is dropped: "${latest.id}" lies ${humanSeconds(ahead)} in the future, so a clock is wrong`;
  return verified ? undefined : "nothing is dropped: no point is verified";
}

function dropped(keep: Retention, { at, safety }: Point, now: Date): string {
  const age = humanSeconds(Math.max(0, (now.getTime() - at.getTime()) / 1_000));
  if (typeof keep === "string") return `${age} old, kept ${keep}`;
  if (safety) return "a safety backup, older than what is kept";
  if ("count" in keep) return `not among the newest ${keep.count} points`;
  if ("versions" in keep) return `not among the newest ${keep.versions} versions`;
  const kept = units.flatMap(({ field }) => (keep[field] === undefined ? [] : [`${keep[field]} ${field}`]));
  return `${age} old, not the last of any day, week, month or year that is kept (${kept.join(", ")})`;
}
