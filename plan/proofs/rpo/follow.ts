import type { Runner } from "../../schema/index.js";
import { type Calendar, calendarOf } from "./calendar.js";
import { controllerNext } from "./controller.js";
import { type Stretch, type Zone, zoneOf } from "./zone.js";

/** What decides when runs are due. */
export interface Clockwork {
  readonly cron: string;
  readonly timeZone: string;
  readonly runner: Runner;
}

/** Sees starts in ascending order, in seconds since 1970. */
export interface Visitor {
  start(at: number): void;
  /** Starts between the last and the next are left out: they lie within a day that looks like one seen before. */
  leaveOut(): void;
}

const day = 86_400;
/** Years that a schedule is followed: leap days, and whatever weekday a date falls on. */
export const followedYears = 5;
/** Days before `asOf` from which it is followed: what was lost on that day began earlier. */
const daysBefore = 35;
/** Starts at each end of a day that have neighbours on another one: a gap over a missed run spans three starts. */
const ends = 3;

/**
 * Follows a schedule from some weeks before `asOf` for five years, by the rule of its runner where clocks change:
 *
 * - `kubernetes`: the controller's own search; starts in a missing hour are left out, a repeated hour has them twice.
 * - `systemd`: starts in a missing hour are left out, a repeated hour has them once, so that a timer that elapses
 *   every few minutes rests for an hour.
 * - `github-actions`: those in a missing hour come together at its end; a repeated hour is not documented, and has
 *   them once here, which is the worse.
 *
 * @throws RangeError when the expression or the time zone is none
 */
export function follow(clockwork: Clockwork, asOf: Date, visitor: Visitor, everyStart = false): void {
  const calendar = calendarOf(clockwork.cron);
  const from = Math.floor(asOf.getTime() / 1_000 / day - daysBefore) * day;
  const until = from + Math.ceil(followedYears * 365.25 + daysBefore) * day;
  const zone = zoneOf(clockwork.timeZone, from - 2 * day, until + 2 * day);
  // Where each day has the same starts and clocks change, what is between changes repeats itself.
  const shorten = !everyStart;
  const emit = shorten && calendar.everyDay ? around : whole;
  let last: number | undefined;
  const seen: Visitor = {
    start: (at) => {
      if (last !== undefined && at <= last) return;
      last = at;
      visitor.start(at);
    },
    leaveOut: () => visitor.leaveOut(),
  };
  for (const [index, stretch] of zone.stretches.entries()) {
    const begins = Math.max(stretch.start, from);
    const finishes = Math.min(stretch.end, until);
    if (begins >= finishes) continue;
    const before = zone.stretches[index - 1];
    if (before && stretch.start > from && last !== undefined)
      cross(clockwork.runner, calendar, zone, before, stretch, last, seen);
    const skipUntil =
      clockwork.runner === "kubernetes" || !before
        ? begins
        : Math.max(begins, stretch.start + repeated(before, stretch));
    emit(calendar, stretch, Math.max(skipUntil, (last ?? begins - 1) + 1), finishes, shorten, seen);
  }
}

/** Seconds that clocks show twice when they are put back. */
const repeated = (before: Stretch, after: Stretch) => Math.max(0, before.offset - after.offset);

/** What differs from day-by-day starts right after a change of clocks. */
function cross(
  runner: Runner,
  calendar: Calendar,
  zone: Zone,
  before: Stretch,
  after: Stretch,
  last: number,
  seen: Visitor,
): void {
  if (runner === "github-actions" && after.offset > before.offset) {
    const missing = startsIn(calendar, before, after.start, after.start + after.offset - before.offset);
    if (missing.length > 0) seen.start(after.start);
  }
  if (runner !== "kubernetes" || isOrdinary(before, after)) return;
  const settled = after.start + 2 * 3_600;
  for (let at = last; ; ) {
    const next = controllerNext(calendar, zone, at);
    if (next === undefined || next >= after.end) return;
    seen.start(next);
    // Until its search and the calendar agree again.
    if (next > settled && startsIn(calendar, after, Math.max(at + 1, after.start), next).length === 0) return;
    at = next;
  }
}

/** By whole hours and away from midnight, the controller's search finds what the calendar says; tests compare them. */
function isOrdinary({ end, offset }: Stretch, after: Stretch): boolean {
  const [shown, shows] = [end + offset, end + after.offset];
  const sameDay = Math.floor(shown / day) === Math.floor(shows / day);
  return sameDay && (shows - shown) % 3_600 === 0 && shown % day !== 0 && shows % day !== 0;
}

/** Starts by the clocks of a stretch between two instants. */
function startsIn(calendar: Calendar, { offset }: Stretch, from: number, until: number): number[] {
  const found: number[] = [];
  for (let local = Math.floor((from + offset) / day); local * day < until + offset; local++)
    if (isOn(calendar, local))
      for (const time of calendar.times) {
        const at = local * day + time - offset;
        if (at >= from && at < until) found.push(at);
      }
  return found;
}

type Emit = (
  calendar: Calendar,
  stretch: Stretch,
  from: number,
  until: number,
  shorten: boolean,
  seen: Visitor,
) => void;

/** Day after day; of a day with many starts only those at its ends, once it was seen whole. */
const whole: Emit = (calendar, stretch, from, until, shorten, seen) => {
  const { offset } = stretch;
  const { times } = calendar;
  const short = shorten && times.length > 2 * ends;
  let wasWhole = false;
  for (let local = Math.floor((from + offset) / day); local * day < until + offset; local++) {
    if (!isOn(calendar, local)) continue;
    const midnight = local * day - offset;
    const complete = midnight >= from && midnight + day <= until;
    for (let index = 0; index < times.length; index++) {
      if (short && complete && wasWhole && index === ends) {
        seen.leaveOut();
        index = times.length - ends;
      }
      const at = midnight + (times[index] ?? 0);
      if (at >= from && at < until) seen.start(at);
    }
    wasWhole ||= complete;
  }
};

/** The first and last days of a stretch in which all days are alike. */
const around: Emit = (calendar, stretch, from, until, shorten, seen) => {
  const few = 4 * day;
  if (until - from <= 2 * few) return whole(calendar, stretch, from, until, shorten, seen);
  whole(calendar, stretch, from, from + few, shorten, seen);
  seen.leaveOut();
  whole(calendar, stretch, until - few, until, shorten, seen);
};

function isOn({ everyDay, onDay }: Calendar, local: number): boolean {
  if (everyDay) return true;
  const { month, date, weekday } = dayOf(local);
  return onDay(month, date, weekday);
}

/** A day as calendars show it. */
interface CalendarDay {
  readonly month: number;
  readonly date: number;
  readonly weekday: number;
}

/** Every schedule of a plan is followed over the same days. */
const days = new Map<number, CalendarDay>();
const mostDays = 20_000;

/** @param local days since 1970 by the clocks of some zone */
function dayOf(local: number): CalendarDay {
  const known = days.get(local);
  if (known) return known;
  const at = new Date(local * day * 1_000);
  const found = { month: at.getUTCMonth() + 1, date: at.getUTCDate(), weekday: at.getUTCDay() };
  if (days.size >= mostDays) days.clear();
  days.set(local, found);
  return found;
}
