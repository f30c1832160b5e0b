import * as core from "@pulumi/kubernetes/core/v1/index.js";
import * as rbac from "@pulumi/kubernetes/rbac/v1/index.js";
import * as pulumi from "@pulumi/pulumi";

import { names, type Plan } from "../../plan/index.js";
import { onceJob } from "./once-job.js";
import { planFile } from "./runner-pod.js";

/** Which dataset gets secrets, and where. */
export interface DatasetSecretsArgs {
  readonly plan: Plan;
  readonly site: string;
  readonly dataset: string;
  readonly image: string;
}

/**
 * Passwords and certificates of one dataset at one site, made inside the cluster by a Job.
 *
 * They never pass through Pulumi's state. The Job may write one Secret and nothing else.
 */
export class DatasetSecrets extends pulumi.ComponentResource {
  /** Settles once the Secret is there. */
  readonly done: pulumi.Resource;

  constructor(name: string, args: DatasetSecretsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("secondsite:region:DatasetSecrets", name, {}, opts);
    const { plan, dataset } = args;
    const namespace = names.namespace(plan);
    const account = names.serviceAccount(dataset, "secrets");
    const child = { parent: this };
    const serviceAccount = new core.ServiceAccount(
      `${name}-account`,
      { metadata: { name: account, namespace } },
      child,
    );
    const role = new rbac.Role(
      `${name}-role`,
      {
        metadata: { name: account, namespace },
        rules: [
          // RBAC cannot name an object that does not exist yet, so creating is not limited to one name.
          { apiGroups: [""], resources: ["secrets"], verbs: ["create"] },
          {
            apiGroups: [""],
            resources: ["secrets"],
            resourceNames: [names.datasetSecret(dataset)],
            // Patched where an earlier release made it without something.
            verbs: ["get", "patch"],
          },
        ],
      },
      child,
    );
    const binding = new rbac.RoleBinding(
      `${name}-binding`,
      {
        metadata: { name: account, namespace },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: account },
        subjects: [{ kind: "ServiceAccount", name: account, namespace }],
      },
      { ...child, dependsOn: [role] },
    );
    this.done = onceJob(
      `${name}-job`,
      { ...args, job: "secrets" },
      ["secondsite", "pod", "secrets", planFile, dataset],
      { ...child, dependsOn: [serviceAccount, binding] },
    );
    this.registerOutputs({});
  }
}
