import * as kubernetes from "@pulumi/kubernetes/provider.js";
import * as pulumi from "@pulumi/pulumi";

import { type Plan, siteOf } from "../plan/index.js";

/** Provider for the cluster of a site, by its context in the operator's kubeconfig. */
export function clusterProvider(plan: Plan, site: string): kubernetes.Provider {
  const found = siteOf(plan, site);
  if (found.kind !== "aws-region") throw new pulumi.RunError(`site "${site}" has no cluster`);
  return new kubernetes.Provider(`${plan.name}-${site}-cluster`, { context: found.cluster.context });
}
