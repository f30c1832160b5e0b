import { microsOf } from "../moment.js";
import type { FoundPoint } from "./points.js";

/** As far as choosing is concerned. */
export type Choosable = Pick<FoundPoint, "at" | "epoch" | "problem" | "verification">;

/**
 * Good points from which a moment can be restored, the best first: of the newest epoch, the newest that holds nothing
 * later than the moment; of copies of one moment a verified one. When the first fails, the next is the one to try.
 *
 * @param moment microseconds since 1970
 */
export function candidates<Point extends Choosable>(points: readonly Point[], moment: number): Point[] {
  return points
    .filter(({ problem, at }) => problem === undefined && microsOf(at) <= moment)
    .sort((a, b) => b.epoch - a.epoch || microsOf(b.at) - microsOf(a.at) || rank(b) - rank(a));
}

const rank = ({ verification }: Choosable) => (verification?.faults.length === 0 ? 1 : 0);
