import { applyPatch } from "rfc6902";

import { isDuration, type Plan, parsePlan } from "../../../plan/index.js";

/** The numbers that a figure can be moved over: seconds of durations and of schedules, else the number itself. */
export interface Axis {
  /** From the least to the most that anybody would write, ascending. */
  readonly range: readonly number[];
  /** The plan with another number there, under another name; undefined where that is no plan. */
  readonly moved: (to: number) => Plan | undefined;
}

const [minute, hour, day] = [60, 3_600, 86_400];
/** Ten seconds to three years. */
const lengths = [
  ...[10, minute, 20 * minute, hour, 6 * hour],
  ...[day, 2 * day, 14 * day, 90 * day, 365 * day, 3 * 365 * day],
];
const counts = [1, 2, 3, 5, 10, 100];
const percents = [0, 25, 50, 75, 95, 100];

/**
 * How the figure at a place is moved. A time of the clock is moved as the time between two runs, which is what a
 * source says of it; the runs keep their deadline.
 *
 * @param place JSON Pointer of a duration, a number or a cron expression
 */
export function axisOf(plan: Plan, place: string): Axis {
  const given = at(plan, place);
  const replaced = (path: string, value: unknown) => changed(plan, path, value);
  if (place.endsWith("/cron")) {
    const schedule = place.slice(0, -"/cron".length);
    const { deadline } = at(plan, schedule) as { deadline: string };
    return {
      range: lengths,
      moved: (to) => replaced(schedule, { kind: "interval", every: `${to}s`, runner: "systemd", deadline }),
    };
  }
  if (isDuration(given)) return { range: lengths, moved: (to) => replaced(place, `${to}s`) };
  if (typeof given === "number")
    return { range: place.endsWith("/percent") ? percents : counts, moved: (to) => replaced(place, to) };
  throw new RangeError(`no number, duration or schedule at "${place}" of plan "${plan.name}"`);
}

/** What is at a place of a plan. */
const at = (plan: Plan, place: string): unknown =>
  place
    .split("/")
    .slice(1)
    .reduce<unknown>((found, key) => (found as Record<string, unknown> | undefined)?.[key], plan);

function changed(plan: Plan, path: string, value: unknown): Plan | undefined {
  const json = { ...structuredClone(plan), name: "another" };
  const failed = applyPatch(json, [{ op: "replace", path, value }]).find((error) => error !== null);
  if (failed) throw failed;
  try {
    return parsePlan(json);
  } catch {
    return undefined;
  }
}
