import * as pulumi from "@pulumi/pulumi";

import { bytes, type CronSchedule, type Plan, ports } from "../../plan/index.js";
import type { BackupOf } from "../../plan/schema/index.js";
import { planFile, scratchMount, secretsMount } from "../region/runner-pod.js";
import { runnerCronJob } from "./runner-cron-job.js";

/** When one kind of backup of a dataset runs. */
export interface BackupScheduleArgs {
  readonly plan: Plan;
  readonly site: string;
  readonly dataset: string;
  /** Name of the backup among the dataset's: `physical`, `logical`, `logical-2`, `copy`. */
  readonly kind: string;
  readonly backup: BackupOf<"physical" | "logical" | "copy">;
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
    const { dataset, kind, backup } = args;
    const room = backup.kind === "logical" ? backup.parallel?.staging : undefined;
    const staging = room === undefined ? [] : ["--staging", scratchMount.mountPath];
    runnerCronJob(
      `${name}-cron`,
      {
        ...args,
        job: "backup",
        cronJob: `${dataset}-${kind}`,
        command: ["secondsite", "backup", planFile, dataset, "--kind", kind, ...staging],
        env: backup.kind === "logical" ? asDump(dataset) : {},
        // Pulumi's state is read as the Pod's own role, and by no password.
        secrets: backup.kind !== "copy",
        ...(room === undefined ? {} : { scratch: bytes(room) }),
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}

/** How a dump's Pod reaches the database: as a role that only reads, by the password of the site's own Secret. */
const asDump = (dataset: string) => ({
  PGHOST: dataset,
  PGPORT: String(ports.postgres),
  PGUSER: "dump",
  PGPASSWORD_FILE: `${secretsMount.mountPath}/dump-password`,
  PGSSLMODE: "verify-full",
  PGSSLROOTCERT: `${secretsMount.mountPath}/ca.crt`,
});
