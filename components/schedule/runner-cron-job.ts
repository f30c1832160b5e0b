import * as batch from "@pulumi/kubernetes/batch/v1/index.js";
import type * as pulumi from "@pulumi/pulumi";

import { type CronSchedule, names, seconds } from "../../plan/index.js";
import {
  notifyMount,
  notifyVolume,
  type RunnerPodArgs,
  runnerContainer,
  runnerPod,
  scratchMount,
  scratchVolume,
  secretsMount,
  secretsVolume,
} from "../region/runner-pod.js";

/** A job of a dataset that a clock starts. */
export interface RunnerCronJobArgs extends RunnerPodArgs {
  /** Name of the CronJob. */
  readonly cronJob: string;
  readonly command: string[];
  readonly schedule: CronSchedule;
  /** Whether the schedule waits for its site to be active. */
  readonly suspend: boolean;
  /** More of the environment. @default nothing */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether the Pod gets the dataset's passwords and certificates. @default false */
  readonly secrets?: boolean;
  /** Most memory that it may take. @default "512Mi" */
  readonly memory?: string;
  /** Bytes of a volume of its own, which is gone with the Pod. @default none */
  readonly scratch?: number;
}

/** The CronJob of one run of the `secondsite` command: never twice at once, with bounds on everything. */
export function runnerCronJob(
  name: string,
  args: RunnerCronJobArgs,
  opts: pulumi.CustomResourceOptions,
): batch.CronJob {
  const {
    plan,
    dataset,
    job,
    schedule,
    command,
    env = {},
    secrets = false,
    memory = "512Mi",
    scratch,
  } = args;
  const container = runnerContainer(args, job, command);
  const told = { SECONDSITE_NOTIFY_FILE: `${notifyMount.mountPath}/notify.json` };
  const own = Object.entries({ ...told, ...env }).map(([key, value]) => ({ name: key, value }));
  return new batch.CronJob(
    name,
    {
      metadata: { name: args.cronJob, namespace: names.namespace(plan) },
      spec: {
        schedule: schedule.cron,
        timeZone: schedule.timeZone,
        suspend: args.suspend,
        concurrencyPolicy: schedule.concurrency,
        // Beyond this a missed run is skipped; without a bound the controller gives up after 100 missed starts.
        startingDeadlineSeconds: Math.max(seconds(schedule.startWithin), 10),
        successfulJobsHistoryLimit: 3,
        failedJobsHistoryLimit: 3,
        jobTemplate: {
          spec: {
            backoffLimit: 1,
            activeDeadlineSeconds: seconds(schedule.deadline),
            template: {
              spec: runnerPod(args, {
                restartPolicy: "Never",
                containers: [
                  {
                    ...container,
                    env: [...(container.env as object[]), ...own] as never,
                    volumeMounts: [
                      ...(container.volumeMounts as object[]),
                      ...(secrets ? [secretsMount] : []),
                      ...(scratch === undefined ? [] : [scratchMount]),
                      notifyMount,
                    ] as never,
                    resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory } },
                  },
                ],
                volumes: [
                  ...(secrets ? [secretsVolume(dataset)] : []),
                  ...(scratch === undefined ? [] : [scratchVolume(scratch)]),
                  notifyVolume,
                ],
              }),
            },
          },
        },
      },
    },
    opts,
  );
}
