/**
 * What each threshold is worked out from. Nothing of it comes from the proofs: it is what they are compared with.
 *
 * Times are seconds, amounts of data mebibytes.
 */
export const [minute, hour, day] = [60, 3_600, 86_400];
export const GiB = 1_024;

/** Time to move data at 100 MiB a second, which is what sites and disks are assumed to do. */
export const moving = (mebibytes: number) => mebibytes / 100;

/** A systemd timer is late by up to a minute; between two runs that counts twice. */
export const timer = 2 * minute;
/** How late a run may start where nothing is said. */
export const late = 5 * minute;

/** What a job's runs are like. */
export interface Runs {
  /** How late a start may be. @default a timer's */
  readonly late?: number;
  readonly deadline: number;
  /** Time to store what a run made. */
  readonly stored: number;
}

/** Lost by runs at worst: two intervals, because one is missed, and the time until the next is stored. */
export const lostByRuns = (every: number, { late: start = timer, deadline, stored }: Runs) =>
  2 * every + start + deadline + stored;

/** The longest interval that keeps an objective. */
export const longestInterval = (rpo: number, { late: start = timer, deadline, stored }: Runs) =>
  (rpo - start - deadline - stored) / 2;

/** Time that a second's changes of a day take to store: what a job that only moves changes adds to each second. */
export const share = (changes: number, copies: number) => (copies * moving(changes)) / day;

/** Lost by runs that store what changed since the good one. */
export const lostByChanges = (every: number, start: number, deadline: number, moved: number) =>
  (2 * every + start) * (1 + moved) + deadline;

/** The longest interval of such runs, by a timer: (2 t + timer) (1 + share) + deadline = the objective. */
export const longestOfChanges = (rpo: number, deadline: number, moved: number) =>
  (rpo - deadline) / (2 * (1 + moved)) - timer / 2;

/** A backup is kept until the next but one is complete. */
export const longestKept = (keep: number, deadline: number) => (keep - deadline) / 2;

/** The objective at which an alert is soon enough: time to decide is left, or where that is more a quarter of it. */
export const heardInTime = (after: number, decision: number) => Math.min(after + decision, (after * 4) / 3);

/** So many machines at work side by side, in whatever order: no worse than this (Graham 1969). */
export const sideBySide = (each: readonly number[], machines: number) =>
  each.reduce((sum, one) => sum + one, 0) / machines + Math.max(...each) * (1 - 1 / machines);

/** A lease runs out, and clocks may differ. */
export const lease = minute + 5;
/** A service starts. */
export const start = 30;
/** As long as a bucket's lock has to be, in whole days. */
export const sevenDays = 6 * day + 1;
/** "At least yearly", in a leap year too. */
export const year = 366 * day;
/** "At least monthly". */
export const month = 31 * day;
/** S3's replication time control. */
export const replicated = 15 * minute;
