import { type Selection, selectPoints } from "../../plan/retention/select.js";
import type { Retention } from "../../plan/schema/index.js";
import { isVerified } from "../../vault/index.js";
import { isSafetyBackup } from "./choose.js";
import type { FoundPoint } from "./points.js";

/** What a retention makes of the points of one copy. @param clock the store's own time */
export const selectionOf = (points: readonly FoundPoint[], keep: Retention, clock: Date): Selection =>
  selectPoints(
    keep,
    points.map((point) => ({
      id: idOf(point),
      at: new Date(point.point.finishedAt),
      // What cannot be restored, or is only by name, lets no other go, whatever once was said of it.
      verified: isVerified(point) && point.problem === undefined && !isSafetyBackup(point),
      held: point.held !== undefined,
      safety: isSafetyBackup(point),
      parent: point.point.parent && `${point.epoch}/${point.point.parent.sequence}`,
    })),
    clock,
  );

/** A point's name among all of a copy. */
export const idOf = ({ epoch, point }: FoundPoint): string => `${epoch}/${point.sequence}`;

/** Seconds by which two clocks may differ before ages are not believed. */
const tolerated = 3_600;

/** Why nothing is decided by the time; undefined when it can be. @param skew seconds by which the two clocks differ */
export const clockFault = (skew: number): string | undefined =>
  Math.abs(skew) > tolerated
    ? `this machine's clock and the store's are ${Math.round(Math.abs(skew))} s apart: one of them is wrong`
    : undefined;
