import { EngineError } from "../../errors.js";
import { position, segmentAt } from "../log-position.js";
import { bestFirst, isGood, newestFirst, nothingCovers, pointsFor, type RecoveryPoint } from "../points.js";
import type { RecoveryTarget } from "./target.js";

/**
 * The points that a target can be restored from, the best first: those that ended before it and whose log reaches it, or the
 * one that was named.
 *
 * Where in the log a transaction or a restore point is nobody knows beforehand: they are looked for after the newest
 * point, or the one that was named.
 *
 * @param label of the point that was named. @default none
 * @returns at least one
 * @throws EngineError (1) when nothing covers it, with what could be restored; (1) when the point that was named is not
 *   there or cannot be restored
 */
export function choosePoints(
  dataset: string,
  points: readonly RecoveryPoint[],
  target: RecoveryTarget,
  label?: string,
): [RecoveryPoint, ...RecoveryPoint[]] {
  const wanted = label === undefined ? points : labelled(points, label);
  const good = newestFirst(wanted.filter(isGood));
  const [best, ...next] =
    target.kind === "time"
      ? pointsFor(good, target.moment)
      : target.kind === "lsn"
        ? bestFirst(good.filter((point) => holds(point, target.lsn)))
        : bestFirst(good, reachesAsFar);
  if (best) return [best, ...next];
  if (target.kind === "time") throw nothingCovers(dataset, points, target.moment);
  const spans = good.map(
    ({ label: name, site, stopLsn, newestWal }) =>
      `${name} at ${site}: ${stopLsn ?? "?"} to segment ${newestWal}`,
  );
  throw new EngineError(
    target.kind === "lsn" && spans.length > 0
      ? `no recovery point of "${dataset}" covers position ${target.lsn}; restorable: ${spans.join(", ")}`
      : `there is no restorable point of "${dataset}" at all`,
    1,
    "secondsite points <plan> lists every point",
  );
}

/** Whether one point's log ends no earlier than another's. */
const reachesAsFar = ({ newestWal = "" }: RecoveryPoint, { newestWal: other = "" }: RecoveryPoint): boolean =>
  newestWal.slice(8) >= other.slice(8);

function labelled(points: readonly RecoveryPoint[], label: string): RecoveryPoint[] {
  const found = points.filter((point) => point.label === label);
  const known = [...new Set(points.filter(isGood).map((point) => point.label))].join(", ") || "none";
  if (found.length === 0) throw new EngineError(`no copy has a point "${label}"; good ones are ${known}`, 1);
  if (found.some(isGood)) return found;
  const why = found.map(({ site, problem }) => `${site}: ${problem}`).join("; ");
  throw new EngineError(`point "${label}" cannot be restored: ${why}; good ones are ${known}`, 1);
}

/** Whether a position lies between a point's end and the end of its log. */
function holds({ stopLsn, newestWal }: RecoveryPoint, lsn: string): boolean {
  if (stopLsn === undefined || newestWal === undefined) return false;
  return position(lsn) >= position(stopLsn) && segmentAt(position(lsn)) <= newestWal.slice(8);
}
