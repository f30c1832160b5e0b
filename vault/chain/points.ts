import type { FoundEntry } from "./chain.js";
import type { PointEntry, Reference } from "./entry.js";

/** A recovery point of a chain, with what later entries say about it. */
export interface ChainPoint {
  readonly key: string;
  readonly reference: Reference;
  readonly point: PointEntry;
  /** Who holds it against retention, and why; the last word counts. */
  readonly held?: { readonly by: string; readonly reason: string };
  /** Points that add to it: without it they are lost. */
  readonly neededBy: readonly Reference[];
  /** What its last verification found; absent while there was none. */
  readonly verification?: PointVerification;
}

/** What a verification of a point found. */
export interface PointVerification {
  readonly level: string;
  /** ISO 8601. */
  readonly at: string;
  readonly faults: readonly string[];
}

/** Whether its last verification found nothing wrong. */
export const isVerified = ({ verification }: ChainPoint): boolean => verification?.faults.length === 0;

/** Numbers of the points that were removed on purpose. */
export function removedPoints(found: readonly FoundEntry[]): Set<number> {
  const tombstones = found.flatMap(({ entry }) => (entry?.entry === "tombstone" ? entry.removed : []));
  return new Set(tombstones.map(({ sequence }) => sequence));
}

/** The points of a chain that were not removed, oldest first. */
export function livePoints(found: readonly FoundEntry[]): ChainPoint[] {
  const removed = removedPoints(found);
  const holds = new Map<number, { readonly by: string; readonly reason: string }>();
  const verifications = new Map<number, PointVerification>();
  for (const { entry } of found) {
    if (entry?.entry === "verification") {
      const { level, faults, writtenAt: at } = entry;
      verifications.set(entry.point.sequence, { level, at, faults });
    }
    if (entry?.entry === "hold") holds.set(entry.point.sequence, { by: entry.by, reason: entry.reason });
    if (entry?.entry === "release") holds.delete(entry.point.sequence);
  }
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
