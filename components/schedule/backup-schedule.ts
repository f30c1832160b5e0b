import * as batch from "@pulumi/kubernetes/batch/v1/index.js";
import * as pulumi from "@pulumi/pulumi";

import { type CronSchedule, names, type Plan, ports, seconds } from "../../plan/index.js";
import type { BackupOf } from "../../plan/schema/index.js";
import { planFile, runnerContainer, runnerPod, secretsMount, secretsVolume } from "../region/runner-pod.js";

/** When one kind of backup of a dataset runs. */
export interface BackupScheduleArgs {
  readonly plan: Plan;
  readonly site: string;
  readonly dataset: string;
  /** Name of the backup among the dataset's: `physical`, `logical`, `logical-2`. */
  readonly kind: string;
  readonly backup: BackupOf<"physical" | "logical">;
  /** When it runs. */
  readonly schedule: CronSchedule;
  readonly image: string;
  /** Whether the schedule waits for its site to be active. */
  readonly suspend: boolean;
}

/** A CronJob that captures one kind of recovery point. */
export class BackupSchedule extends pulumi.ComponentResource {
  constructor(name: string, args: BackupScheduleArgs, opts?: pulumi.ComponentResourceOptions) {
    super("secondsite:schedule:BackupSchedule", name, {}, opts);
    const { plan, dataset, kind, backup, schedule } = args;
    const namespace = names.namespace(plan);
    const pod = { ...args, job: "backup" } as const;
    const container = runnerContainer(pod, "backup", [
      "secondsite",
      "backup",
      planFile,
      dataset,
      "--kind",
      kind,
    ]);
    new batch.CronJob(
      `${name}-cron`,
      {
        metadata: { name: `${dataset}-${kind}`, namespace },
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
                spec: runnerPod(pod, {
                  restartPolicy: "Never",
                  containers: [
                    {
                      ...container,
                      env: [
                        ...(container.env as object[]),
                        ...(backup.kind === "logical" ? asDump(dataset) : []),
                      ] as never,
                      volumeMounts: [...(container.volumeMounts as object[]), secretsMount] as never,
                      resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "512Mi" } },
                    },
                  ],
                  volumes: [secretsVolume(dataset)],
                }),
              },
            },
          },
        },
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}

/** How a dump's Pod reaches the database: as a role that only reads, by the password of the site's own Secret. */
const asDump = (dataset: string) =>
  Object.entries({
    PGHOST: dataset,
    PGPORT: String(ports.postgres),
    PGUSER: "dump",
    PGPASSWORD_FILE: `${secretsMount.mountPath}/dump-password`,
    PGSSLMODE: "verify-full",
    PGSSLROOTCERT: `${secretsMount.mountPath}/ca.crt`,
  }).map(([name, value]) => ({ name, value }));
