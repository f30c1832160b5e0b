import { rpoObjective } from "../objectives.js";
import { type Disaster, disasters, type KeptDataset, type Plan } from "../schema/index.js";
import { type Duration, seconds } from "../units.js";

/** The age of the newest backup beyond which somebody has to be told. */
export interface AgeLimit {
  /** Strictest objective that backups have to keep. */
  readonly rpo: Duration;
  /** Seconds it takes to react. */
  readonly react: number;
  /** Seconds after which an alert has to have fired: the objective less the reaction. */
  readonly latest: number;
}

/**
 * When the age of a dataset's newest backup has to be told, at the latest.
 *
 * Time to react is what a decision takes, but no more than a quarter of the objective: one of minutes leaves no time
 * for people, and its alert is for the machine that starts the next run. A replica keeps the objectives of disasters
 * that it survives; mistakes are for backups.
 *
 * @returns undefined where every loss is accepted
 */
export function ageLimitOf(plan: Plan, dataset: KeptDataset): AgeLimit | undefined {
  const guarded: readonly Disaster[] = dataset.backups.some(({ kind }) => kind === "replica")
    ? ["operator-error"]
    : disasters;
  const promised = guarded.flatMap((disaster) => {
    const loss = rpoObjective(plan, dataset, disaster);
    return typeof loss === "object" ? [] : [loss];
  });
  const [rpo] = promised.toSorted((a, b) => seconds(a) - seconds(b));
  if (rpo === undefined) return undefined;
  const react = Math.min(seconds(plan.recovery.decision), seconds(rpo) / 4);
  return { rpo, react, latest: seconds(rpo) - react };
}

/**
 * The age in seconds of a dataset's newest recovery point at which its alert fires where the plan names none: soon
 * enough to react before the objective is lost. `alerts/age` holds alerts of the plan against the same.
 *
 * @returns undefined when every loss of it is accepted
 * @throws RangeError when the dataset is none that is backed up
 */
export function alertThreshold(plan: Plan, name: string): number | undefined {
  const dataset = plan.datasets[name];
  if (!dataset || dataset.kind === "rebuildable")
    throw new RangeError(`no dataset that is backed up is called "${name}"`);
  return ageLimitOf(plan, dataset)?.latest;
}
