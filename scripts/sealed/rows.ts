import { EngineError } from "../../engines/errors.js";
import { type Moment, microsOf } from "../../engines/moment.js";
import { endingBefore, endOf, pointsFor, type RecoveryPoint } from "../../engines/postgres/points.js";
import { candidates, isSafetyBackup } from "../../engines/sealed/choose.js";
import type { FoundCopy, FoundPoint } from "../../engines/sealed/points.js";
import { humanSeconds } from "../../plan/index.js";
import type { Hold, PointVerification } from "../../vault/index.js";

/** One dataset's part in what would be restored for a moment. */
export interface SetMember {
  readonly dataset: string;
  /** What it means, for people. */
  readonly loss: string;
  /** Seconds before the moment that are lost; absent when nothing covers it. */
  readonly lossSeconds?: number;
  readonly kind?: string;
  readonly site?: string;
  readonly label?: string;
}

/**
 * What would be restored for a moment: each dataset by its log up to the moment where there is one, else by what loses
 * least: all of a log that ends earlier, or the newest dump that holds nothing later.
 *
 * @param points physical ones
 */
export function consistentSet(
  datasets: readonly string[],
  points: readonly RecoveryPoint[],
  dumps: readonly FoundPoint[],
  moment: Moment,
): SetMember[] {
  return datasets.map((dataset) => {
    const physical = points.filter((point) => point.dataset === dataset);
    const [log] = pointsFor(physical, moment);
    if (log)
      return { dataset, loss: "nothing", lossSeconds: 0, kind: log.kind, site: log.site, label: log.label };
    const own = dumps.filter(({ copy }) => copy.dataset === dataset);
    const [best] = candidates(own, moment.micros);
    const [ended] = endingBefore(physical, moment);
    const lost = (since: string) => (moment.micros - microsOf(since)) / 1_000_000;
    if (ended && (!best || microsOf(endOf(ended)) > microsOf(best.at))) {
      const [since, lossSeconds] = [endOf(ended), lost(endOf(ended))];
      const loss = `at least ${humanSeconds(lossSeconds)} since ${since}, where the log ends: restore all of it, without --at`;
      return { dataset, loss, lossSeconds, kind: ended.kind, site: ended.site, label: ended.label };
    }
    if (!best) return { dataset, loss: "everything" };
    const lossSeconds = lost(best.at);
    return {
      ...{ dataset, loss: `${humanSeconds(lossSeconds)} since ${best.at}`, lossSeconds },
      ...{ kind: best.point.kind, site: best.copy.site, label: best.point.label },
    };
  });
}

/** That a dataset's dumps begin later than a moment; undefined where none can be restored at all. */
export function dumpsBegin(
  dataset: string,
  dumps: readonly FoundPoint[],
  { iso }: Moment,
): EngineError | undefined {
  const good = dumps.filter((one) => one.problem === undefined && !isSafetyBackup(one));
  const [oldest] = good.map(({ at }) => at).toSorted();
  return oldest === undefined
    ? undefined
    : new EngineError(
        `no dump of "${dataset}" covers ${iso}: the oldest one holds ${oldest}`,
        1,
        "secondsite points <plan> lists every point",
      );
}

/** A sealed point as `points --json` prints it. */
export const pointAsJson = ({ copy, point, epoch, at, held, verification, problem }: FoundPoint) => ({
  ...{ dataset: copy.dataset, site: copy.site, takenAt: point.takenAt, epoch, sequence: point.sequence },
  ...{ kind: point.kind, label: point.label, at, startedAt: point.startedAt, finishedAt: point.finishedAt },
  bytes: { database: point.bytes.source, stored: point.bytes.stored },
  ...(point.before === undefined ? {} : { before: point.before }),
  ...(held ? { held } : {}),
  ...(verification ? { verification } : {}),
  ...(problem === undefined ? {} : { problem }),
});

/** What `points` shows of one point in its last column. */
export function stateOf({ point, at, held, verification, problem }: FoundPoint): string {
  if (problem !== undefined) return `NOT: ${problem}`;
  const safety = point.before === undefined ? "" : ", a safety backup: only by name";
  return `${at}${safety}, ${verifiedInWords(verification)}${heldInWords(held)}`;
}

/** The same of a point that log is replayed onto. */
export const restorableUntil = ({ until, verification, held, problem }: RecoveryPoint): string =>
  problem === undefined
    ? `${until ?? "its own end only"}, ${verifiedInWords(verification)}${heldInWords(held)}`
    : `NOT: ${problem}${heldInWords(held)}`;

const heldInWords = (held: Hold | undefined): string => (held ? `, held by ${held.by}: ${held.reason}` : "");

/** How a point was verified, and on which day; the deepest that stands, too. */
export const verifiedInWords = (verification: PointVerification | undefined): string =>
  verification
    ? [verification, ...(verification.deeper ? [verification.deeper] : [])]
        .map(({ level, at }) => `${level} ${at.slice(0, 10)}`)
        .join(", ")
    : "never verified";

/** What is wrong with copies themselves, a line each; what several dumps share is said once. */
export const problemsOf = (copies: readonly FoundCopy[]): string[] => {
  const lines = copies.flatMap(({ copy, unreachable, faults }) => [
    ...(unreachable === undefined ? [] : [`${copy.dataset} at ${copy.site} does not answer: ${unreachable}`]),
    ...faults.map((fault) => `${copy.dataset} at ${copy.site}: ${fault}`),
  ]);
  return [...new Set(lines)];
};
