import { humanSeconds } from "../../plan/index.js";
import { type Hold, isVerified, type PointVerification } from "../../vault/index.js";
import { EngineError } from "../errors.js";
import { type Moment, microsOf } from "../moment.js";

/** A recovery point as one copy holds it. */
export interface RecoveryPoint {
  readonly dataset: string;
  /** Site of the copy. */
  readonly site: string;
  /** Site that took it. */
  readonly takenAt: string;
  readonly epoch: number;
  /** Number within dataset, copy and epoch. */
  readonly sequence: number;
  readonly kind: "physical";
  /** The tool's own name of the backup; unique within a copy and epoch. */
  readonly label: string;
  readonly startedAt: string;
  /** From here on it can be restored. */
  readonly finishedAt: string;
  /** Position in the log from which on it can be restored. @default its entry does not say */
  readonly stopLsn?: string;
  /** Label of the point that it adds to. @default none: it is whole by itself */
  readonly addsTo?: string;
  /** Size of the database, and of what was added to the repository. */
  readonly bytes: { readonly database: number; readonly stored: number };
  /**
   * The log beneath reaches to this time at the latest: when the newest segment of its unbroken run was stored.
   * The last commit in it is earlier, by no more than the archive interval on a server that is written to.
   * Absent while no log was stored after the backup's end: the point is restorable as it is.
   */
  readonly until?: string;
  /** Newest segment of that run. */
  readonly newestWal?: string;
  /** What its last verification found; absent while there was none. */
  readonly verification?: PointVerification;
  /** Who holds it against retention. @default nobody */
  readonly held?: Hold;
  /** Why it cannot be restored; absent on a good point. */
  readonly problem?: string;
}

/** A span of time, any moment of which a copy can restore. */
export interface Window {
  readonly dataset: string;
  readonly site: string;
  readonly epoch: number;
  /** End of the oldest backup. */
  readonly from: string;
  /** When its newest log was stored; see {@link RecoveryPoint.until}. */
  readonly until: string;
  readonly newestWal: string;
}

/** Whether a point can be restored at all. */
export const isGood = (point: RecoveryPoint): boolean => point.problem === undefined;

/** Seconds of log that a verified point may cost more to replay than one that nobody verified. */
const worthMoreLog = 86_400;

/**
 * Good points from which a moment is restored, the best first; see {@link bestFirst}.
 *
 * Never a point that ended after the moment: it holds what was committed since.
 */
export function pointsFor(points: readonly RecoveryPoint[], { micros }: Moment): RecoveryPoint[] {
  return bestFirst(
    points.filter(
      (point) =>
        isGood(point) &&
        microsOf(point.finishedAt) <= micros &&
        point.until !== undefined &&
        micros <= microsOf(point.until),
    ),
  );
}

/** Up to when a point restores at most: the end of its log, or its own where none was stored after it. */
export const endOf = ({ until, finishedAt }: RecoveryPoint): string => until ?? finishedAt;

/**
 * Good points whose log ends before a moment, what loses least first: for a moment that no log reaches. Of several epochs the
 * newest counts, since what an older server still writes is not what people work with.
 */
export function endingBefore(points: readonly RecoveryPoint[], { micros }: Moment): RecoveryPoint[] {
  return newestFirst(points.filter((point) => isGood(point) && microsOf(endOf(point)) <= micros)).sort(
    (a, b) => b.epoch - a.epoch || microsOf(endOf(b)) - microsOf(endOf(a)),
  );
}

/**
 * Points in the order in which they are tried. Log is replayed onto each of them up to the same end, so that an older one costs
 * time and no data: a verified one is preferred to the newest, unless it ended more than a day before that or is of an older
 * epoch. All others follow, newest first: when one fails, the next is the one to try.
 *
 * @param asGood whether a point's log reaches as far as the newest one's. @default each does
 */
export function bestFirst(
  points: readonly RecoveryPoint[],
  asGood: (point: RecoveryPoint, newest: RecoveryPoint) => boolean = () => true,
): RecoveryPoint[] {
  const sorted = newestFirst(points);
  const [newest] = sorted;
  const best = sorted.find(
    (point) =>
      newest !== undefined &&
      isVerified(point) &&
      point.epoch === newest.epoch &&
      microsOf(newest.finishedAt) - microsOf(point.finishedAt) <= worthMoreLog * 1_000_000 &&
      asGood(point, newest),
  );
  return best ? [best, ...sorted.filter((point) => point !== best)] : sorted;
}

/** Newest first: by epoch, then by end, then by copy. */
export function newestFirst(points: readonly RecoveryPoint[]): RecoveryPoint[] {
  return [...points].sort((a, b) => (isNewer(a, b) ? -1 : isNewer(b, a) ? 1 : a.site.localeCompare(b.site)));
}

function isNewer(a: RecoveryPoint, b: RecoveryPoint): boolean {
  return a.epoch === b.epoch ? microsOf(a.finishedAt) > microsOf(b.finishedAt) : a.epoch > b.epoch;
}

/** The spans that points cover, per dataset, copy and epoch; overlapping ones are one. */
export function windowsOf(points: readonly RecoveryPoint[]): Window[] {
  const windows: Window[] = [];
  for (const { dataset, site, epoch, finishedAt: from, until, newestWal } of newestFirst(
    points.filter(isGood),
  ).reverse()) {
    if (until === undefined || newestWal === undefined) continue;
    const before = windows.find(
      (window) =>
        window.dataset === dataset &&
        window.site === site &&
        window.epoch === epoch &&
        microsOf(from) <= microsOf(window.until),
    );
    if (!before) windows.push({ dataset, site, epoch, from, until, newestWal });
    else if (microsOf(until) > microsOf(before.until)) Object.assign(before, { until, newestWal });
  }
  return windows;
}

/** Refuses a moment that nothing covers, with what could be chosen instead. */
export function nothingCovers(
  dataset: string,
  points: readonly RecoveryPoint[],
  moment: Moment,
): EngineError {
  const windows = windowsOf(points);
  const spans = windows.map(
    ({ from, until, site, epoch }) => `${from} to at most ${until} (${site}, epoch ${epoch})`,
  );
  const [first] = windows.toSorted((a, b) => microsOf(a.from) - microsOf(b.from));
  const [last] = windows.toSorted((a, b) => microsOf(b.until) - microsOf(a.until));
  const apart = (micros: number) => humanSeconds(Math.max(micros / 1_000_000, 0.001));
  const where =
    !first || !last
      ? "there is no restorable point at all"
      : moment.micros < microsOf(first.from)
        ? `it is ${apart(microsOf(first.from) - moment.micros)} before the first point`
        : moment.micros > microsOf(last.until)
          ? `it is ${apart(moment.micros - microsOf(last.until))} after the newest stored log`
          : "it lies between two windows";
  return new EngineError(
    `no recovery point of "${dataset}" covers ${moment.iso}: ${where}${spans.length > 0 ? `; restorable: ${spans.join(", ")}` : ""}`,
    1,
    "secondsite points <plan> lists every point",
  );
}
