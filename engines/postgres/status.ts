import { type Plan, seconds } from "../../plan/index.js";
import { wordsOf } from "../../vault/errors.js";
import { readLease } from "../../vault/lease/index.js";
import { leaseStore } from "./lease.js";
import { isGood, newestFirst, type RecoveryPoint } from "./points.js";
import type { Copy } from "./points-copies.js";

/** How one copy stands against the objective. */
export interface CopyStatus {
  readonly dataset: string;
  readonly site: string;
  /** Why it does not answer. */
  readonly unreachable?: string;
  /** The newest point that can be restored, and its age in seconds. */
  readonly newestPoint?: { readonly label: string; readonly epoch: number; readonly ageSeconds: number };
  /** Newest log that can be restored, and how long ago it was stored, in seconds. */
  readonly newestLog?: { readonly segment: string; readonly ageSeconds: number };
  /** What would be lost now if this copy were all that is left, in seconds: from here on nothing is stored. */
  readonly lossSeconds?: number;
  /** Whether the loss is within the objective. */
  readonly met: boolean;
}

/** Who may write. */
export interface LeaseStatus {
  readonly dataset: string;
  readonly holder?: { readonly site: string; readonly epoch: number; readonly renewedAt: string };
  /** Why nobody is known to. */
  readonly problem?: string;
}

/** Holds what a copy has against the objective, as of now. */
export function copyStatus(plan: Plan, copy: Copy, now: Date): CopyStatus {
  const { dataset, site, unreachable, points } = copy;
  if (unreachable !== undefined) return { dataset, site, unreachable, met: false };
  const good = newestFirst(points.filter(isGood));
  const [newest] = good;
  if (!newest) return { dataset, site, met: false };
  const age = (iso: string) => Math.max(0, (now.getTime() - Date.parse(iso)) / 1_000);
  const { label, epoch, finishedAt } = newest;
  // An older point's log may reach further than the newest one's: nothing was stored after that one's end yet.
  const [furthest = newest] = good
    .filter((point) => point.epoch === epoch)
    .toSorted((one, other) => age(heldUntil(one)) - age(heldUntil(other)));
  const { until, newestWal } = furthest;
  const lossSeconds = age(heldUntil(furthest));
  return {
    ...{ dataset, site, newestPoint: { label, epoch, ageSeconds: age(finishedAt) } },
    ...(until && newestWal ? { newestLog: { segment: newestWal, ageSeconds: age(until) } } : {}),
    ...{ lossSeconds, met: lossSeconds <= seconds(plan.objectives.rpo) },
  };
}

/** A backup holds what was committed when it began, its log what was committed when that was stored. */
const heldUntil = ({ until, startedAt }: RecoveryPoint) => until ?? startedAt;

/** Asks the witness who holds the lease; a witness that does not answer is part of the status. */
export async function leaseStatus(plan: Plan, dataset: string): Promise<LeaseStatus> {
  try {
    const found = await readLease(leaseStore({ plan, dataset }), AbortSignal.timeout(5_000));
    if (!found) return { dataset, problem: "nobody ever held it" };
    const { site, epoch, renewedAt } = found.record;
    return { dataset, holder: { site, epoch, renewedAt } };
  } catch (error) {
    return { dataset, problem: wordsOf(error) };
  }
}
