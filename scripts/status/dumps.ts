import { isSafetyBackup } from "../../engines/sealed/choose.js";
import type { FoundCopy } from "../../engines/sealed/points.js";
import { type Plan, seconds } from "../../plan/index.js";

/** How the dumps of one copy stand. */
export interface DumpStatus {
  readonly dataset: string;
  readonly site: string;
  /** Name of the backup. */
  readonly kind: string;
  /** Why it does not answer. */
  readonly unreachable?: string;
  /** The newest dump that a restore takes by itself; what was committed since is not in it. */
  readonly newest?: { readonly label: string; readonly ageSeconds: number };
  /** What is wrong with a dump that is newer than that, or with the newest where none is good. */
  readonly problem?: string;
  /** When one was last found good, and how deep. */
  readonly verified?: { readonly label: string; readonly at: string; readonly level: string };
  /** Whether its age is within the objective; absent where log is what keeps the dataset's. */
  readonly met?: boolean;
}

/**
 * Holds dumps against the objective, as of now.
 *
 * @param logged datasets whose log is kept: no dump has to keep their objective
 */
export function dumpStatus(
  plan: Plan,
  { copy, points, unreachable, kind }: FoundCopy & { readonly kind: string },
  logged: ReadonlySet<string>,
  now: Date,
): DumpStatus {
  const { dataset, site } = copy;
  const own = points.filter((one) => !isSafetyBackup(one)).sort((a, b) => (a.at < b.at ? 1 : -1));
  const good = own.filter(({ problem }) => problem === undefined);
  const [newest] = good;
  const [last] = own;
  const ageSeconds = newest && Math.max(0, (now.getTime() - Date.parse(newest.at)) / 1_000);
  const verified = good.find(({ verification }) => verification);
  return {
    ...{ dataset, site, kind },
    ...(unreachable === undefined ? {} : { unreachable }),
    ...(newest && ageSeconds !== undefined ? { newest: { label: newest.point.label, ageSeconds } } : {}),
    ...(last?.problem === undefined ? {} : { problem: `${last.point.label}: ${last.problem}` }),
    ...(verified?.verification
      ? {
          verified: {
            label: verified.point.label,
            at: verified.verification.at,
            level: verified.verification.level,
          },
        }
      : {}),
    ...(logged.has(dataset)
      ? {}
      : { met: ageSeconds !== undefined && ageSeconds <= seconds(plan.objectives.rpo) }),
  };
}
