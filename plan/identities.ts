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
  `arn:aws:iam::${cloudSiteOf(plan, site).account}:role${roleBounds(plan, site).path}${roleName(plan, site, dataset, job)}`;

/** What the owner of a site's account asks of every role that is created there. */
export interface RoleBounds {
  /** Begins and ends with `/`. */
  readonly path: string;
  /** ARN of a policy that bounds what the role may ever do. @default none */
  readonly permissionsBoundary?: string;
}

/** @throws RangeError for a site that has no account */
export function roleBounds(plan: Plan, site: string): RoleBounds {
  const spec = cloudSiteOf(plan, site);
  if (spec.kind !== "aws-region") return { path: "/" };
  const { rolePath: path, permissionsBoundary } = spec;
  return { path, ...(permissionsBoundary === undefined ? {} : { permissionsBoundary }) };
}
