import type { Calendar } from "./calendar.js";
import type { Zone } from "./zone.js";

const minute = 60;
const hour = 3_600;
/** The controller gives up looking after so many years. */
const yearsAhead = 5;

interface Clock {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly weekday: number;
  readonly hour: number;
  readonly minute: number;
}

/**
 * The start after an instant (seconds since 1970) by the search of Kubernetes' CronJob controller, which is that of
 * github.com/robfig/cron v3.0.1, whose `Next` this follows step by step.
 *
 * It counts hours from where it stands, so around a change of clocks it leaves out more than the missing hour: after
 * a change of half an hour it arrives at half past, and where midnight is missing it can step over a whole day.
 *
 * @returns undefined when nothing is found within five years
 */
export function controllerNext(
  { minutes, hours, months, onDay }: Calendar,
  zone: Zone,
  after: number,
): number | undefined {
  const clock = (instant: number) => clockAt(zone, instant);
  const matches = (at: Clock) => onDay(at.month, at.day, at.weekday);
  let at = after + 1;
  let moved = false;
  const limit = clock(at).year + yearsAhead;
  const set = (instant: number) => {
    if (!moved) at = instant;
    moved = true;
  };

  search: while (clock(at).year <= limit) {
    for (let now = clock(at); !months.has(now.month); ) {
      set(instantOf(zone, now.year, now.month, 1));
      now = clock(at);
      at = instantOf(zone, now.year, now.month + 1, now.day, now.hour * hour + now.minute * minute);
      now = clock(at);
      if (now.month === 1) continue search;
    }
    for (let now = clock(at); !matches(now); ) {
      set(instantOf(zone, now.year, now.month, now.day));
      now = clock(at);
      at = instantOf(zone, now.year, now.month, now.day + 1, now.hour * hour + now.minute * minute);
      now = clock(at);
      if (now.hour !== 0) at += now.hour > 12 ? (24 - now.hour) * hour : -now.hour * hour;
      now = clock(at);
      if (now.day === 1) continue search;
    }
    for (let now = clock(at); !hours.has(now.hour); ) {
      set(instantOf(zone, now.year, now.month, now.day, now.hour * hour));
      at += hour;
      now = clock(at);
      if (now.hour === 0) continue search;
    }
    for (let now = clock(at); !minutes.has(now.minute); ) {
      set(Math.floor(at / minute) * minute);
      at += minute;
      now = clock(at);
      if (now.minute === 0) continue search;
    }
    // Seconds: the schedule names none, so a start is at a full minute.
    if (at % minute === 0) return at;
    moved = true;
    at = Math.ceil(at / minute) * minute;
    if (!minutes.has(clock(at).minute)) continue;
    if (clock(at).minute === 0) continue;
    return at;
  }
  return undefined;
}

function clockAt(zone: Zone, instant: number): Clock {
  const local = instant + zone.at(instant).offset;
  const date = new Date(local * 1_000);
  return {
    ...{ year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() },
    ...{ weekday: date.getUTCDay(), hour: date.getUTCHours(), minute: date.getUTCMinutes() },
  };
}

/** The instant at which clocks show a time, as Go's `time.Date` chooses where there is none or two. */
function instantOf(zone: Zone, year: number, month: number, day: number, ofDay = 0): number {
  const shown = Date.UTC(year, month - 1, day) / 1_000 + ofDay;
  const { offset, start, end } = zone.at(shown);
  const instant = shown - offset;
  return instant >= start && instant < end ? instant : shown - zone.at(instant).offset;
}
