/** One step of a recovery. */
export interface Phase {
  /** Unique within its recovery. */
  readonly name: string;
  /** What happens, for people. */
  readonly what: string;
  readonly seconds: number;
  /** Where the seconds come from. */
  readonly basis: string;
  /** Names of the phases that have to be over before it begins; all of them stand before it in the list. */
  readonly after: readonly string[];
}

/** The phases that decide how long a recovery takes. */
export interface CriticalPath {
  readonly seconds: number;
  /** In the order in which they happen; those that take no time are left out. */
  readonly steps: readonly Phase[];
}

/**
 * The longest chain of phases that wait for each other.
 *
 * @throws RangeError when a phase waits for one that does not stand before it
 */
export function criticalPath(phases: readonly Phase[]): CriticalPath {
  const ends = new Map<string, { seconds: number; phase: Phase; before: string | undefined }>();
  let last: string | undefined;
  for (const phase of phases) {
    let start = 0;
    let before: string | undefined;
    for (const name of phase.after) {
      const end = ends.get(name);
      if (!end) throw new RangeError(`phase "${phase.name}" waits for "${name}", which is not before it`);
      if (before === undefined || end.seconds > start) [start, before] = [end.seconds, name];
    }
    ends.set(phase.name, { seconds: start + phase.seconds, phase, before });
    if (last === undefined || start + phase.seconds >= (ends.get(last)?.seconds ?? 0)) last = phase.name;
  }
  const steps: Phase[] = [];
  for (let name = last; name !== undefined; name = ends.get(name)?.before) {
    const phase = ends.get(name)?.phase;
    if (phase && phase.seconds > 0) steps.unshift(phase);
  }
  return { seconds: last === undefined ? 0 : (ends.get(last)?.seconds ?? 0), steps };
}

/**
 * Seconds until all of these are done by so many workers, whichever takes which.
 *
 * No order of work is worse than this: Graham, "Bounds on Multiprocessing Timing Anomalies" (1969).
 */
export function together(each: readonly number[], workers: number): number {
  const longest = each.reduce((most, seconds) => Math.max(most, seconds), 0);
  const total = each.reduce((sum, seconds) => sum + seconds, 0);
  return Number.isFinite(workers) ? total / workers + longest * (1 - 1 / workers) : longest;
}
