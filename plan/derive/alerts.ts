import { type Disaster, disasters, type KeptDataset, type Loss, type Plan } from "../schema/index.js";
import { seconds } from "../units.js";

/** What may be lost of a dataset in a disaster: a duration, or accepted with a reason. */
export function promisedLoss(plan: Plan, dataset: string, disaster: Disaster): Loss {
  const of = kept(plan, dataset).class;
  const promised = (of === undefined ? undefined : plan.objectives.classes[of]) ?? plan.objectives;
  return promised.rpoBy[disaster] ?? promised.rpo;
}

/**
 * The age in seconds of a dataset's newest recovery point beyond which an objective is lost: the strictest that is
 * promised for it in any disaster. An alert that fires later than this cannot guard it.
 *
 * @returns undefined when every loss of it is accepted
 * @throws RangeError when the dataset is none that is backed up
 */
export function alertThreshold(plan: Plan, dataset: string): number | undefined {
  const promised = disasters.flatMap((disaster) => {
    const loss = promisedLoss(plan, dataset, disaster);
    return typeof loss === "string" ? [seconds(loss)] : [];
  });
  return promised.length > 0 ? Math.min(...promised) : undefined;
}

function kept(plan: Plan, name: string): KeptDataset {
  const found = plan.datasets[name];
  if (!found || found.kind === "rebuildable")
    throw new RangeError(`no dataset that is backed up is called "${name}"`);
  return found;
}
