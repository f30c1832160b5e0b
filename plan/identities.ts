import { InvalidPlan } from "./errors.js";
import type { Identities, Plan } from "./schema/index.js";

/** Who deploys and who may break the glass. @throws InvalidPlan when the plan does not say */
export function identitiesOf(plan: Plan): Identities {
  if (plan.identities) return plan.identities;
  throw new InvalidPlan(plan.name, [
    {
      at: "identities",
      message:
        "vaults at AWS need to know who deploys and who breaks the glass; add identities: { deployers, breakGlass }",
    },
  ]);
}
