import { Cron } from "croner";

/** Days that a schedule is followed: every month, and both changes of clock. */
const followedDays = 400;
const dayMs = 86_400_000;

/** How far apart a schedule's starts are at worst, in seconds. */
export interface ScheduleGaps {
  /** Between one start and the next. */
  readonly longest: number;
  /** The same when the start between was missed. */
  readonly withOneMissed: number;
  /** The start after which the longest gap begins. */
  readonly after: Date;
}

/**
 * Follows a schedule for 400 days from `asOf`, in its own time zone and over its changes of clock.
 *
 * @returns undefined when it starts fewer than three times
 * @throws RangeError when the expression or the time zone is none
 */
export function scheduleGaps(cron: string, timeZone: string, asOf: Date): ScheduleGaps | undefined {
  const starts = startsOf(readable(cron, timeZone), readable("0 0 * * *", timeZone), asOf);
  let longest = 0;
  let withOneMissed = 0;
  let after = 0;
  starts.forEach((start, index) => {
    const gap = (starts[index + 1] ?? start) - start;
    if (gap > longest) [longest, after] = [gap, start];
    withOneMissed = Math.max(withOneMissed, (starts[index + 2] ?? start) - start);
  });
  if (starts.length < 3) return undefined;
  return { longest: longest / 1_000, withOneMissed: withOneMissed / 1_000, after: new Date(after) };
}

/** The same for rules that leave an unreadable schedule to the one that is about it. */
export function gapsIfReadable(schedule: { readonly cron: string; readonly timeZone: string }, asOf: Date) {
  try {
    return scheduleGaps(schedule.cron, schedule.timeZone, asOf);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function readable(cron: string, timezone: string): Cron {
  try {
    const schedule = new Cron(cron, { timezone });
    schedule.nextRun();
    return schedule;
  } catch (error) {
    throw new RangeError(
      `"${cron}" in "${timezone}" is no schedule: ${error instanceof Error ? error.message : error}`,
    );
  }
}

/**
 * All starts in milliseconds. A day of 24 hours on which it starts at all looks like every other such day, so only one
 * of them, and the days on which clocks change, are followed start by start.
 */
function startsOf(schedule: Cron, midnight: Cron, asOf: Date): number[] {
  const days = midnight.nextRuns(followedDays + 1, asOf).map((day) => day.getTime());
  const starts: number[] = [];
  let usual: number[] | undefined;
  for (const [index, day] of days.slice(0, -1).entries()) {
    const next = days[index + 1] ?? day + dayMs;
    const first = schedule.nextRun(new Date(day - 1))?.getTime();
    if (first === undefined || first >= next) continue;
    if (next - day !== dayMs) starts.push(...startsWithin(schedule, day, next));
    else {
      usual ??= startsWithin(schedule, day, next).map((start) => start - day);
      for (const offset of usual) starts.push(day + offset);
    }
  }
  return starts;
}

function startsWithin(schedule: Cron, from: number, until: number): number[] {
  const found: number[] = [];
  for (
    let run = schedule.nextRun(new Date(from - 1));
    run && run.getTime() < until;
    run = schedule.nextRun(run)
  )
    found.push(run.getTime());
  return found;
}
