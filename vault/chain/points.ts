import type { FoundEntry } from "./chain.js";
import type { PointEntry, Reference } from "./entry.js";

/** Who holds a point against retention, and why; the last word counts. */
export interface Hold {
  readonly by: string;
  readonly reason: string;
}

/** A recovery point of a chain, with what later entries say about it. */
export interface ChainPoint {
  readonly key: string;
  readonly reference: Reference;
  readonly point: PointEntry;
  readonly held?: Hold;
  /** Points that add to it: without it they are lost. */
  readonly neededBy: readonly Reference[];
  /** What its last verification found; absent while there was none. */
  readonly verification?: PointVerification;
}

/** The shallowest first. */
const verificationLevels = ["stored", "structural", "restored"] as const;

/**
 * How thoroughly a point is verified. `stored`: every part is there with the checksum it had. `structural`: the tool
 * reads it from end to end. `restored`: it was restored into an isolated instance, and holds what it held.
 */
export type VerificationLevel = (typeof verificationLevels)[number];

/** What a verification of a point found. */
export interface PointVerification {
  /** One of {@link VerificationLevel}; a later release may know others. */
  readonly level: string;
  /** ISO 8601. */
  readonly at: string;
  readonly faults: readonly string[];
  /** Where an earlier one went deeper and nothing was found wrong since: how deep, and when. @default none did */
  readonly deeper?: { readonly level: string; readonly at: string };
}

/** Whether its last verification found nothing wrong. */
export const isVerified = ({ verification }: Pick<ChainPoint, "verification">): boolean =>
  verification?.faults.length === 0;

/** What its last verification found to be wrong, for people; undefined where it found nothing, or there was none. */
export function lastFault({ verification }: Pick<ChainPoint, "verification">): string | undefined {
  const [fault] = verification?.faults ?? [];
  return fault === undefined ? undefined : `its verification of ${verification?.at} found: ${fault}`;
}

/**
 * What counts of the verifications of each point, by its number: the last one. But what a thorough one found to be wrong
 * stands until one as thorough finds nothing: a shallower one did not look there.
 */
export function verificationsIn(found: readonly FoundEntry[]): Map<number, PointVerification> {
  const verifications = new Map<number, PointVerification>();
  // Depth of what was found wrong and is not cleared, by the points' numbers.
  const wrong = new Map<number, number>();
  for (const { entry } of found) {
    if (entry?.entry !== "verification") continue;
    const { level, faults, writtenAt: at } = entry;
    const { sequence } = entry.point;
    const before = wrong.get(sequence);
    if (faults.length > 0) wrong.set(sequence, Math.max(before ?? -1, depth(level)));
    else if (before !== undefined && depth(level) < before) continue;
    else wrong.delete(sequence);
    const deeper = deeperOf(faults.length > 0 ? undefined : verifications.get(sequence), level);
    verifications.set(sequence, { level, at, faults, ...(deeper ? { deeper } : {}) });
  }
  return verifications;
}

/** What an earlier verification that found nothing wrong showed beyond this level. */
function deeperOf(before: PointVerification | undefined, level: string): PointVerification["deeper"] {
  if (before === undefined || before.faults.length > 0) return undefined;
  const deepest = before.deeper ?? before;
  return depth(deepest.level) > depth(level) ? { level: deepest.level, at: deepest.at } : undefined;
}

/** A level that this release does not know counts as the shallowest. */
const depth = (level: string): number => (verificationLevels as readonly string[]).indexOf(level);

/** Numbers of the points that were removed on purpose. */
export function removedPoints(found: readonly FoundEntry[]): Set<number> {
  const tombstones = found.flatMap(({ entry }) => (entry?.entry === "tombstone" ? entry.removed : []));
  return new Set(tombstones.map(({ sequence }) => sequence));
}

/** Holds on points that were not released since, by the points' numbers. */
export function holdsIn(found: readonly FoundEntry[]): Map<number, Hold> {
  const holds = new Map<number, Hold>();
  for (const { entry } of found) {
    if (entry?.entry === "hold") holds.set(entry.point.sequence, { by: entry.by, reason: entry.reason });
    if (entry?.entry === "release") holds.delete(entry.point.sequence);
  }
  return holds;
}

/** The points of a chain that were not removed, oldest first. */
export function livePoints(found: readonly FoundEntry[]): ChainPoint[] {
  const removed = removedPoints(found);
  const holds = holdsIn(found);
  const verifications = verificationsIn(found);
  const live = found.flatMap(({ key, sha256, entry }) =>
    entry?.entry === "point" && !removed.has(entry.sequence)
      ? [{ key, reference: { sequence: entry.sequence, sha256 }, point: entry }]
      : [],
  );
  return live.map((one) => {
    const held = holds.get(one.point.sequence);
    const verification = verifications.get(one.point.sequence);
    const neededBy = live
      .filter(({ point }) => point.parent?.sequence === one.point.sequence)
      .map(({ reference }) => reference);
    return { ...one, ...(held ? { held } : {}), neededBy, ...(verification ? { verification } : {}) };
  });
}

/** Why a point must not be removed; undefined when it may. */
export function keptBecause({ held, neededBy }: ChainPoint): string | undefined {
  if (held) return `it is held by ${held.by}: ${held.reason}`;
  const [first] = neededBy;
  return first ? `number ${first.sequence} adds to it` : undefined;
}
