import type { Disaster, KeptDataset, Loss, Plan } from "./schema/index.js";

/**
 * The most of a dataset that may be lost in a disaster: a duration, or the reason why any loss is accepted.
 *
 * A dataset's class replaces the plan's objectives; a disaster named in `rpoBy` replaces `rpo`.
 */
export function rpoObjective(plan: Plan, dataset: KeptDataset, disaster: Disaster): Loss {
  const own = dataset.class === undefined ? undefined : plan.objectives.classes[dataset.class];
  const { rpo, rpoBy } = own ?? plan.objectives;
  return rpoBy[disaster] ?? rpo;
}
