/** What happens to a run. */
export interface Fate {
  /** Seconds after it is due that it starts; absent when it does not start at all. */
  readonly late?: number;
  /** Seconds until it has what it uploads. */
  readonly takes: number;
  /** Whether it is given up in the end: nothing comes of it. */
  readonly fails: boolean;
}

/** A point that a run made. */
export interface Made {
  /** What was committed up to this moment is in it: the run's start. */
  readonly content: number;
  /** When its upload ended. */
  readonly done: number;
}

/** How a job is run. */
export interface Job {
  readonly concurrency: "Forbid" | "Replace" | "Allow";
  /** Seconds that the upload takes, given how long ago the newest point's content is. */
  readonly upload: (since: number) => number;
}

/**
 * Works off due times one by one: starts, skips, replaces and ends runs.
 *
 * @returns the points that came of it, by the moment at which they were complete
 */
export function work(
  job: Job,
  due: Float64Array,
  from: number,
  until: number,
  fateOf: (index: number) => Fate,
): Made[] {
  const made: Made[] = [];
  let newest = (due[from] ?? 0) - 1;
  let going: { made: Made; fails: boolean } | undefined;
  const settle = (now: number) => {
    if (!going || going.made.done > now) return;
    if (!going.fails) {
      made.push(going.made);
      newest = Math.max(newest, going.made.content);
    }
    going = undefined;
  };
  for (let index = from; index <= until; index++) {
    const at = due[index];
    if (at === undefined) break;
    // Still going at the very moment counts as still going.
    settle(at - 0.001);
    if (going && job.concurrency === "Forbid") continue;
    const fate = fateOf(index);
    if (fate.late === undefined) continue;
    const starts = at + fate.late;
    settle(starts - 0.001);
    if (going && job.concurrency === "Replace") going = undefined;
    const done = starts + fate.takes + job.upload(starts - newest);
    const run = { made: { content: starts, done }, fails: fate.fails };
    if (job.concurrency === "Allow") {
      if (!run.fails) {
        made.push(run.made);
        newest = starts;
      }
    } else going = run;
  }
  settle(Number.POSITIVE_INFINITY);
  return made.sort((a, b) => a.done - b.done);
}
