import { type Disaster, disasters, type KeptDataset, type Plan } from "../schema/index.js";
import { type Duration, seconds } from "../units.js";
import { rpoObjective } from "./rpo/objective.js";

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
