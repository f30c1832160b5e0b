import { InvalidPlan } from "./errors.js";
import { type DatasetJob, roleName } from "./names.js";
import type { Identities, Plan } from "./schema/index.js";
import { cloudSiteOf } from "./sites.js";

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

/** ARN of the IAM role that one job of a dataset assumes at a site. */
export const roleArn = (plan: Plan, site: string, dataset: string, job: DatasetJob): string =>
  `arn:aws:iam::${cloudSiteOf(plan, site).account}:role/${roleName(plan, site, dataset, job)}`;
