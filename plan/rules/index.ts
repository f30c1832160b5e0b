import type { CheckablePlan } from "../checkable.js";
import type { Problem } from "../errors.js";
import { bucketRules } from "./buckets.js";
import { copyRules } from "./copies.js";
import { datasetRules } from "./datasets.js";
import { dnsRules } from "./dns.js";
import { expiredWaivers, governanceRules } from "./governance.js";
import { identityRules } from "./identities.js";
import { jurisdictionRules } from "./jurisdictions.js";
import { keyRules } from "./keys.js";
import { leaseRules } from "./lease.js";
import { oneBucketRules } from "./one-bucket.js";
import { serviceRules } from "./services.js";
import { siteRules } from "./sites.js";

const rules: readonly ((plan: CheckablePlan) => Problem[])[] = [
  identityRules,
  keyRules,
  siteRules,
  jurisdictionRules,
  datasetRules,
  copyRules,
  bucketRules,
  oneBucketRules,
  serviceRules,
  dnsRules,
  leaseRules,
  governanceRules,
];

/**
 * What no single field can say: names that have to exist, sites that have to differ, needs without a circle. Returns
 * every problem.
 *
 * @param asOf the day on which the plan is looked at: waivers that expired before it are problems. @default none are
 */
export function crossReferences(plan: CheckablePlan, asOf?: Date): Problem[] {
  return [...rules.flatMap((rule) => rule(plan)), ...(asOf ? expiredWaivers(plan, asOf) : [])];
}
