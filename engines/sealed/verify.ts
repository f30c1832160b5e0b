import { damagedParts, type PointEntry, type VerificationLevel } from "../../vault/index.js";
import type { Engine, Fault, Run, Verdict } from "../engine.js";
import { openPoint } from "./open.js";
import type { FoundPoint } from "./points.js";

/**
 * Verifies a point where it lies. Every object is compared with its checksum first, for which no key is needed; then
 * the engine opens it, as deep as is asked.
 *
 * @throws EngineError or VaultError when it cannot be verified here, which says nothing about the point
 */
export async function verifySealed<Point>(
  found: FoundPoint,
  engine: Pick<Engine<never, Point, never, unknown>, "parse" | "verify">,
  level: VerificationLevel,
  run: Run,
): Promise<Verdict> {
  const { copy, point, shown } = found;
  const damaged = await damagedParts(copy.store, point.parts);
  const faults = damaged.map(({ key, problem: message }): Fault => ({ item: key, message }));
  // What a listing shows is told too, unless the parts told it already. What was found last time is not: it may be mended.
  if (faults.length === 0 && shown !== undefined) faults.push({ item: found.key, message: shown });
  if (level === "stored" || faults.length > 0) return { level: "stored", faults, notes: [] };
  const { point: opened, parts } = await openPoint(found, engine);
  return engine.verify(opened, parts, level, run);
}

/** Sizes of this many points before it are what a point's size is held against. */
const history = 7;
/** Smaller than this share of what was usual is a reason to look. */
const plausible = 0.5;

/**
 * Why a point's size is not what one would expect from those before it; undefined when it is.
 *
 * @param all points of the same copy and kind, in any order
 */
export function implausibleSize(
  point: Pick<PointEntry, "bytes" | "sequence">,
  all: readonly { readonly point: Pick<PointEntry, "bytes" | "sequence"> }[],
): string | undefined {
  const before = all
    .filter((one) => one.point.sequence < point.sequence)
    .sort((a, b) => b.point.sequence - a.point.sequence)
    .slice(0, history)
    .map((one) => one.point.bytes.stored)
    .sort((a, b) => a - b);
  const usual = before[Math.floor(before.length / 2)];
  if (usual === undefined || before.length < 3 || point.bytes.stored >= usual * plausible) return undefined;
  return `it has ${point.bytes.stored} bytes, less than half of the usual ${usual}: did the source lose data?`;
}
