import { randomInt } from "node:crypto";

import { EngineError } from "../../engines/errors.js";

/**
 * Points drawn by lot, of those with one label a single copy: what nobody chose shows what nobody thought of.
 *
 * @param count how many at the most
 */
export function drawnFrom<Point>(
  points: readonly Point[],
  count: number,
  labelOf: (point: Point) => string,
): Set<Point> {
  const left = [...points];
  const drawn = new Set<Point>();
  while (left.length > 0 && drawn.size < count) {
    const [one] = left.splice(randomInt(left.length), 1);
    if (one && ![...drawn].some((other) => labelOf(other) === labelOf(one))) drawn.add(one);
  }
  return drawn;
}

/** That nothing can be drawn by lot. @param what for people */
export const noneToDraw = (what: string, days: number | undefined): EngineError =>
  new EngineError(
    `there is no ${what}${days === undefined ? "" : ` of the last ${days} days`} to draw one from`,
    1,
  );
