import { logicalEngine } from "../../../engines/postgres-logical/index.js";
import { type FoundPoint, findPoints } from "../../../engines/sealed/points.js";
import { verifySealed } from "../../../engines/sealed/verify.js";
import type { DatasetCopy } from "../../../vault/index.js";

/** Points that somebody was told are there: `<site> <label>`. */
export type Acknowledged = Set<string>;

const idOf = ({ copy, point }: FoundPoint) => `${copy.site} ${point.label}`;

/** Every point that copies hold, sound or not. */
export async function heldBy(copies: readonly DatasetCopy[], kind: string): Promise<FoundPoint[]> {
  return (await findPoints(copies, kind)).flatMap(({ points }) => points);
}

/**
 * What is wrong with the points of some copies, a line each: every acknowledged one has to be there, and every one that
 * is listed without a problem has to be as it was stored.
 *
 * @param droppable points that retention may have dropped meanwhile
 */
export async function lossesOf(
  copies: readonly DatasetCopy[],
  kind: string,
  acknowledged: Acknowledged,
  droppable: ReadonlySet<string>,
): Promise<string[]> {
  const lost: string[] = [];
  const found = await findPoints(copies, kind);
  for (const { copy, faults, unreachable } of found)
    lost.push(...faults, ...(unreachable === undefined ? [] : [`${copy.site}: ${unreachable}`]));
  const points = found.flatMap((one) => one.points);
  const listed = new Map(points.map((point) => [idOf(point), point]));
  for (const id of acknowledged) {
    const there = listed.get(id);
    if (droppable.has(id) && there?.problem === undefined) continue;
    if (!there) lost.push(`${id} was acknowledged and is gone`);
    else if (there.problem !== undefined) lost.push(`${id} was acknowledged: ${there.problem}`);
  }
  for (const point of points) {
    // What is broken and says so harms nobody, unless somebody was told that it is there.
    if (point.problem !== undefined) continue;
    const run = { staging: "", say: () => undefined };
    const { faults } = await verifySealed(point, logicalEngine(), "stored", run);
    lost.push(...faults.map(({ item, message }) => `${idOf(point)} is listed: ${item} ${message}`));
  }
  return lost;
}
