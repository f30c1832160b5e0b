import { microsOf } from "../moment.js";
import type { FoundPoint } from "./points.js";

/** As far as choosing is concerned. */
export interface Choosable extends Pick<FoundPoint, "at" | "epoch" | "problem" | "verification"> {
  readonly point: Pick<FoundPoint["point"], "before">;
}

/** Whether a point was taken only because another was about to be restored over what it holds. */
export const isSafetyBackup = ({ point }: Pick<Choosable, "point">): boolean => point.before !== undefined;

/**
 * Good points from which a moment can be restored, the best first: of the newest epoch, the newest that holds nothing
 * later than the moment; of copies of one moment a verified one. When the first fails, the next is the one to try.
 *
 * @param moment microseconds since 1970
 * @param named somebody named these points: safety backups, which hold what was restored over, count only then
 */
export function candidates<Point extends Choosable>(
  points: readonly Point[],
  moment: number,
  { named = false } = {},
): Point[] {
  return points
    .filter((one) => one.problem === undefined && microsOf(one.at) <= moment)
    .filter((one) => named || !isSafetyBackup(one))
    .sort((a, b) => b.epoch - a.epoch || microsOf(b.at) - microsOf(a.at) || rank(b) - rank(a));
}

const rank = ({ verification }: Choosable) => (verification?.faults.length === 0 ? 1 : 0);
