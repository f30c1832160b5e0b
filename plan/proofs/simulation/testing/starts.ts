import { CronExpressionParser } from "cron-parser";

import type { Runner } from "../../../schema/index.js";
import { clocksOf } from "./clocks.js";

const half = 1_800;
const day = 86_400;
/** Days before the first day and after the two years, so that what is due around their ends is known. */
export const margin = 90;
/** The two years that are simulated. */
export const simulatedDays = 730;

const lists = new Map<string, Float64Array>();

/**
 * When a schedule is due in the two years from a day, ascending, in seconds since 1970.
 *
 * Goes through universal time half hour by half hour and looks at what the clocks show then, where the proofs go
 * through the calendar and look for the instant. The rules of the runners are written down once more:
 * Kubernetes starts whenever the clocks show a time that matches; a systemd timer does not look at times that the
 * clocks have shown before; GitHub Actions works off what a missing hour held at its end, and shows repeated times once.
 */
export function dueTimes(cron: string, timeZone: string, runner: Runner, first: Date): Float64Array {
  const key = `${cron}|${timeZone}|${runner}|${first.getTime()}`;
  const found = lists.get(key);
  if (found) return found;
  const list = Float64Array.from(walk(cron, timeZone, runner, first));
  lists.set(key, list);
  return list;
}

function walk(cron: string, timeZone: string, runner: Runner, first: Date): number[] {
  const { fields } = CronExpressionParser.parse(cron, { tz: "UTC" });
  const minutes = setOf(fields.minute.values);
  const hours = setOf(fields.hour.values);
  const months = setOf(fields.month.values);
  const days = setOf(fields.dayOfMonth.values);
  const weekdays = setOf(fields.dayOfWeek.values);
  const either = !fields.dayOfMonth.isWildcard && !fields.dayOfWeek.isWildcard;
  const onDay = (local: number): boolean => {
    const date = new Date(local * 1_000);
    const [ofMonth, ofWeek] = [days.has(date.getUTCDate()), weekdays.has(date.getUTCDay())];
    return months.has(date.getUTCMonth() + 1) && (either ? ofMonth || ofWeek : ofMonth && ofWeek);
  };
  const none: number[] = [];
  const matching = (local: number, span: number): number[] => {
    if (!hours.has(Math.floor((local % day) / 3_600)) || !onDay(local)) return none;
    const matched: number[] = [];
    for (let at = local; at < local + span; at += 60)
      if (minutes.has((at % 3_600) / 60)) matched.push(at - local);
    return matched;
  };
  const from = first.getTime() / 1_000 - margin * day;
  const { offsets } = clocksOf(timeZone, from, from + (simulatedDays + 2 * margin) * day);
  const due: number[] = [];
  let shownUntil = Number.NEGATIVE_INFINITY;
  offsets.forEach((offset, index) => {
    const at = from + index * half;
    const before = offsets[index - 1] ?? offset;
    if (offset > before && runner === "github-actions") {
      let held = false;
      for (let local = at + before; local < at + offset; local += half)
        held ||= matching(local, half).length > 0;
      if (held) due.push(at);
    }
    if (offset < before) shownUntil = at + before;
    if (runner !== "kubernetes" && at + offset < shownUntil) return;
    for (const after of matching(at + offset, half)) if (due.at(-1) !== at + after) due.push(at + after);
  });
  return due;
}

/** A change of clocks that a schedule lives through. */
export interface ClockChange {
  readonly at: number;
  /** Forward in its hemisphere's spring, back in its autumn. */
  readonly kind: "spring, north" | "autumn, north" | "spring, south" | "autumn, south";
}

const changes = new Map<string, ClockChange[]>();

/** The changes of a zone's clocks in the two years from a day. */
export function clockChanges(timeZone: string, first: Date): ClockChange[] {
  const key = `${timeZone} ${first.getTime()}`;
  const found = changes.get(key) ?? changesOf(timeZone, first);
  changes.set(key, found);
  return found;
}

function changesOf(timeZone: string, first: Date): ClockChange[] {
  const from = first.getTime() / 1_000 - margin * day;
  const { offsets } = clocksOf(timeZone, from, from + (simulatedDays + 2 * margin) * day);
  return offsets.flatMap((offset, index) => {
    const before = offsets[index - 1] ?? offset;
    if (offset === before) return [];
    const at = from + index * half;
    const firstHalf = new Date(at * 1_000).getUTCMonth() < 6;
    const forward = offset > before;
    const hemisphere = forward === firstHalf ? "north" : "south";
    return [{ at, kind: `${forward ? "spring" : "autumn"}, ${hemisphere}` } as const];
  });
}

const setOf = (values: readonly (number | string)[]): ReadonlySet<number> => new Set(values.map(Number));
