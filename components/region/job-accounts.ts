import * as core from "@pulumi/kubernetes/core/v1/index.js";
import type * as pulumi from "@pulumi/pulumi";

import { names, type Plan } from "../../plan/index.js";

/** The ServiceAccounts of a dataset's jobs. None gets a token for the cluster itself: they have nothing to ask it. */
export const jobAccounts = (
  name: string,
  { plan, dataset }: { readonly plan: Plan; readonly dataset: string },
  jobs: readonly names.DatasetJob[],
  opts: pulumi.CustomResourceOptions,
): core.ServiceAccount[] =>
  jobs.map(
    (job) =>
      new core.ServiceAccount(
        `${name}-${job}`,
        {
          metadata: { name: names.serviceAccount(dataset, job), namespace: names.namespace(plan) },
          automountServiceAccountToken: false,
        },
        opts,
      ),
  );
