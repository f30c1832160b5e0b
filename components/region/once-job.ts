import * as batch from "@pulumi/kubernetes/batch/v1/index.js";
import type * as pulumi from "@pulumi/pulumi";

import { names } from "../../plan/index.js";
import { type RunnerPodArgs, runnerContainer, runnerPod } from "./runner-pod.js";

/** The Job of one run of the `secondsite` command when a site is deployed, named as the ServiceAccount that it runs as. */
export function onceJob(
  name: string,
  args: RunnerPodArgs,
  command: string[],
  opts: pulumi.CustomResourceOptions,
): batch.Job {
  const { plan, dataset, job } = args;
  return new batch.Job(
    name,
    {
      metadata: { name: names.serviceAccount(dataset, job), namespace: names.namespace(plan) },
      spec: {
        backoffLimit: 6,
        activeDeadlineSeconds: 300,
        template: {
          spec: runnerPod(args, {
            restartPolicy: "Never",
            containers: [runnerContainer(args, job, command)],
          }),
        },
      },
    },
    // What a Job's Pods are made of cannot be changed.
    { ...opts, deleteBeforeReplace: true },
  );
}
