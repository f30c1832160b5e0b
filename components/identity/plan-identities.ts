import * as pulumi from "@pulumi/pulumi";

import { clusterOf, names, type Plan, roleBounds, tendedDatasets } from "../../plan/index.js";
import { datasetPermissions } from "./dataset-permissions.js";
import { ClusterTrust } from "./oidc-provider.js";
import { WorkloadRole } from "./workload-role.js";

/** Which plan's identities, and the keys they use. */
export interface PlanIdentitiesArgs {
  readonly plan: Plan;
  /** ARNs of each category's key in every region. */
  readonly keyArns: Readonly<Record<string, readonly pulumi.Input<string>[]>>;
}

/**
 * Every role that a workload of the plan ever assumes, at every site.
 *
 * IAM's control plane lives in one region: roles a standby needs are made long before it is needed.
 */
export class PlanIdentities extends pulumi.ComponentResource {
  constructor(name: string, args: PlanIdentitiesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("secondsite:identity:PlanIdentities", name, {}, opts);
    const { plan, keyArns } = args;
    for (const [site, spec] of Object.entries(plan.sites)) {
      if (spec.kind !== "aws-region") continue;
      const { oidcIssuer: issuer } = clusterOf(plan, site);
      const trust = new ClusterTrust(`${name}-${site}`, { issuer }, { parent: this });
      for (const { name: dataset, spec: kept, jobs } of tendedDatasets(plan))
        for (const job of jobs)
          new WorkloadRole(
            `${name}-${site}-${names.serviceAccount(dataset, job)}`,
            {
              roleName: names.roleName(plan, site, dataset, job),
              bounds: roleBounds(plan, site),
              providerArn: trust.providerArn,
              issuer,
              namespace: names.namespace(plan),
              serviceAccount: names.serviceAccount(dataset, job),
              statements: datasetPermissions(plan, dataset, job, keyArns[kept.category] ?? []),
            },
            { parent: this },
          );
    }
    this.registerOutputs({});
  }
}
