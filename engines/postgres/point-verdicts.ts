import { onlySigns, type Reference, type VerificationLevel } from "../../vault/index.js";
import { type Fault, faultInWords } from "../engine.js";
import { type PhysicalPoint, referenceTo } from "./points-chain.js";
import type { EpochContent } from "./points-copies.js";
import type { Damage } from "./verify.js";
import type { RepositoryVerdict } from "./verify-repository.js";

/** What a verification found of one point, to be recorded in its chain. */
export interface PointVerdict {
  readonly point: PhysicalPoint;
  readonly reference: Reference;
  /** How deep it went: no deeper than where it found something. */
  readonly level: VerificationLevel;
  /** Empty when the point is good, as far as this level sees. */
  readonly faults: readonly Fault[];
}

/**
 * What a verification of a copy's epoch says of each of its points. Of one whose entry is not to be believed it says nothing.
 * Nor does it say that one is good which adds to such a point, or while something is wrong with the repository that belongs
 * to no point: this one may need it.
 *
 * @param damage of the copy, as `verifyStored` found it
 * @param repository what its own tool found. @default it was not asked
 */
export function pointVerdicts(
  { epoch, chain }: Pick<EpochContent, "epoch" | "chain">,
  damage: readonly Pick<Damage, "epoch" | "object" | "label" | "problem">[],
  repository?: Pick<RepositoryVerdict, "restorable" | "findings">,
): PointVerdict[] {
  const here = damage.filter((one) => one.epoch === epoch);
  const found = (repository?.restorable === false ? repository.findings : []).map(placed);
  const unplaced =
    repository?.restorable === false &&
    (found.length === 0 || found.some(({ label, segment }) => label === undefined && segment === undefined));
  const verdicts = new Map<number, PointVerdict>();
  for (const point of chain.points.toSorted((a, b) => a.sequence - b.sequence)) {
    const reference = referenceTo(chain, point);
    const doubted = point.problem !== undefined || chain.faults.some(({ key }) => key === point.key);
    if (!reference || doubted) continue;
    const stored = here
      .filter((one) => concerns(point, one))
      .map(({ object: item, problem: message }) => ({ item, message }));
    const deep = found
      .filter(
        ({ label, segment }) => label === point.label || (segment !== undefined && needs(point, segment)),
      )
      .map(({ finding: message }) => ({ item: "pgbackrest", message }));
    const parent = point.parent === undefined ? undefined : verdicts.get(point.parent);
    const beneath = (parent?.faults ?? []).slice(0, 1).map((fault) => ({
      item: `${parent?.point.label}, which it adds to`,
      message: faultInWords(fault),
    }));
    const faults = [...stored, ...deep, ...beneath];
    if (faults.length === 0 && (unplaced || (point.parent !== undefined && !parent))) continue;
    const deepest =
      faults.length === 0 ? repository !== undefined : deep.length > 0 || parent?.level === "structural";
    const level = deepest ? "structural" : "stored";
    verdicts.set(point.sequence, { point, reference, level, faults });
  }
  return [...verdicts.values()];
}

/**
 * Whether damage makes a point one that cannot be restored. Log that is gone after its end only shortens what follows it,
 * and nothing opens with the key that signed it.
 */
function concerns(point: PhysicalPoint, { object, label }: Pick<Damage, "object" | "label">): boolean {
  if (/^[0-9A-F]{24}$/.test(object)) return needs(point, object);
  return label === point.label || point.keys.some((key) => key.object === object && !onlySigns(key));
}

/** Whether a segment is among the log that makes a point consistent, on whichever timeline. */
const needs = ({ startWal, stopWal }: PhysicalPoint, segment: string): boolean =>
  startWal.slice(8) <= segment.slice(8) && segment.slice(8) <= stopWal.slice(8);

/** Which backup or segment something that the tool found belongs to; neither where it names none. */
function placed(finding: string) {
  const label = /\d{8}-\d{6}F(?:_\d{8}-\d{6}[DI])?/.exec(finding)?.[0];
  const segment = /\b[0-9A-F]{24}(?=-[0-9a-f]{40})/.exec(finding)?.[0];
  return {
    finding,
    ...(label === undefined ? {} : { label }),
    ...(segment === undefined ? {} : { segment }),
  };
}
