import type { CronSchedule, Runner, Schedule } from "../../schema/index.js";
import { type Duration, seconds } from "../../units.js";

/** Lengths of time that people write, longest first. */
const lengths = [
  ...([
    "7d",
    "1d",
    "12h",
    "6h",
    "4h",
    "2h",
    "1h",
    "30m",
    "15m",
    "10m",
    "5m",
    "2m",
    "1m",
    "30s",
    "10s",
  ] as const),
];

/** Lengths up to some seconds, longest first. */
export const lengthsUpTo = (most: number): Duration[] => lengths.filter((length) => seconds(length) <= most);

/** The longest length up to some seconds; the shortest there is where all are longer. */
const lengthWithin = (most: number): Duration => lengthsUpTo(most)[0] ?? "10s";

const hours = [12, 6, 4, 3, 2, 1];
const minutes = [30, 20, 15, 10, 5];

/**
 * The same schedule by universal time, then more and more often, each with a deadline and a tolerance that fit in
 * between two starts.
 */
export function fasterSchedules(schedule: Schedule): Schedule[] {
  if (schedule.kind === "event") return [];
  if (schedule.kind === "interval")
    return lengthsUpTo(seconds(schedule.every) - 1).map((every) => ({
      ...schedule,
      every,
      deadline: shorter(schedule.deadline, seconds(every) / 4),
    }));
  const start = /^(?:\d+)/.exec(schedule.cron)?.[0] ?? "0";
  const often = (cron: string, apart: number): Schedule => ({
    ...schedule,
    ...{ cron, concurrency: "Forbid", timeZone: "UTC" },
    deadline: shorter(schedule.deadline, apart / 4),
    startWithin: shorter(schedule.startWithin, apart / 6),
  });
  return [
    { ...schedule, timeZone: "UTC" },
    often(schedule.cron, 86_400),
    often(`${start} ${/^\d+/.exec(schedule.cron.split(/\s+/)[1] ?? "")?.[0] ?? "0"} * * *`, 86_400),
    ...hours.map((apart) => often(`${start} ${apart === 1 ? "*" : `*/${apart}`} * * *`, apart * 3_600)),
    ...minutes.map((apart) => often(`*/${apart} * * * *`, apart * 60)),
  ];
}

/** The length itself, or one that fits. */
const shorter = (given: Duration, most: number): Duration =>
  seconds(given) <= most ? given : lengthWithin(most);

/** What a new point's schedule is made from. */
export const daily = (cron: string, runner: Runner): CronSchedule => ({
  ...{ kind: "cron", cron, timeZone: "UTC", runner, concurrency: "Forbid" },
  ...{ startWithin: "5m", deadline: "1h" },
});
