import { type Clockwork, follow, type Visitor } from "./follow.js";

/** How far apart a schedule's starts are, in seconds. */
export interface ScheduleGaps {
  /** Between one start and the next, at worst. */
  readonly longest: number;
  /** The same when the start between was missed. */
  readonly withOneMissed: number;
  /** Between one start and the next, at least. */
  readonly shortest: number;
  /** The start after which the longest gap begins. */
  readonly after: Date;
}

/** Bounded: a process that checks plans all day does not grow. */
const memo = new Map<string, ScheduleGaps | undefined>();
const mostRemembered = 20_000;

/**
 * A schedule's gaps over five years from `asOf`, by the rule of its runner where clocks change; see `follow`.
 *
 * `longerThan`: only starts count after which at least so many seconds pass before the next, as when each run
 * replaces one that has not ended.
 *
 * @returns undefined when there are fewer than three such starts
 * @throws RangeError when the expression or the time zone is none
 */
export function gapsOf(clockwork: Clockwork, asOf: Date, longerThan = 0): ScheduleGaps | undefined {
  const { cron, timeZone, runner } = clockwork;
  const key = `${cron}|${timeZone}|${runner}|${Math.floor(asOf.getTime() / 86_400_000)}|${longerThan}`;
  if (memo.has(key)) return memo.get(key);
  const gaps = new Gaps();
  if (longerThan === 0) follow(clockwork, asOf, gaps);
  // Every start is looked at only where there is one with such a pause; in a crowded schedule there is none.
  else if ((gapsOf(clockwork, asOf)?.longest ?? 0) > longerThan)
    follow(clockwork, asOf, new Spared(gaps, longerThan), true);
  const found = gaps.found();
  if (memo.size >= mostRemembered) memo.clear();
  memo.set(key, found);
  return found;
}

/** The same for rules that leave an unreadable schedule to the one that is about it. */
export function gapsIfReadable(clockwork: Clockwork, asOf: Date, longerThan = 0): ScheduleGaps | undefined {
  try {
    return gapsOf(clockwork, asOf, longerThan);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

class Gaps implements Visitor {
  private count = 0;
  private longest = 0;
  private withOneMissed = 0;
  private shortest = Number.POSITIVE_INFINITY;
  private after = 0;
  private last: number | undefined;
  private lastButOne: number | undefined;

  start(at: number): void {
    this.count++;
    if (this.last !== undefined) {
      const gap = at - this.last;
      if (gap > this.longest) [this.longest, this.after] = [gap, this.last];
      if (gap < this.shortest) this.shortest = gap;
      if (this.lastButOne !== undefined)
        this.withOneMissed = Math.max(this.withOneMissed, at - this.lastButOne);
    }
    [this.lastButOne, this.last] = [this.last, at];
  }

  leaveOut(): void {
    [this.lastButOne, this.last] = [undefined, undefined];
  }

  found(): ScheduleGaps | undefined {
    if (this.count < 3) return undefined;
    const { longest, withOneMissed, shortest, after } = this;
    return { longest, withOneMissed, shortest, after: new Date(after * 1_000) };
  }
}

/** Passes on the starts that are followed by a long enough pause. */
class Spared implements Visitor {
  private last: number | undefined;

  constructor(
    private readonly to: Visitor,
    private readonly pause: number,
  ) {}

  start(at: number): void {
    if (this.last !== undefined && at - this.last > this.pause) this.to.start(this.last);
    this.last = at;
  }

  leaveOut(): void {
    this.to.leaveOut();
  }
}
