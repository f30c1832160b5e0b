import * as kubernetes from "@pulumi/kubernetes/provider.js";

import { clusterOf, type Plan } from "../plan/index.js";

/** Provider for the cluster of a site, by its context in the operator's kubeconfig. */
export function clusterProvider(plan: Plan, site: string): kubernetes.Provider {
  const { context } = clusterOf(plan, site);
  return new kubernetes.Provider(`${plan.name}-${site}-cluster`, { context });
}
