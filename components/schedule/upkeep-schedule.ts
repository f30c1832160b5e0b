import * as pulumi from "@pulumi/pulumi";
import type { Upkeep, UpkeepJob } from "../../plan/derive/upkeep.js";
import type { Plan } from "../../plan/index.js";
import { planFile } from "../region/runner-pod.js";
import { runnerCronJob } from "./runner-cron-job.js";

/** What is done to a dataset's recovery points by the clock. */
export interface UpkeepScheduleArgs extends Upkeep {
  readonly plan: Plan;
  readonly site: string;
  readonly dataset: string;
  readonly image: string;
  /** Whether the schedule waits for its site to be active. */
  readonly suspend: boolean;
}

/** A CronJob that verifies recovery points, prunes them, renews their locks or restores one as a drill. */
export class UpkeepSchedule extends pulumi.ComponentResource {
  constructor(name: string, args: UpkeepScheduleArgs, opts?: pulumi.ComponentResourceOptions) {
    super("secondsite:schedule:UpkeepSchedule", name, {}, opts);
    const { dataset, job } = args;
    runnerCronJob(
      `${name}-cron`,
      {
        ...args,
        cronJob: `${dataset}-${job}`,
        command: ["secondsite", ...commands[job](dataset)],
        // A drill runs a server of its own beside the command.
        ...(job === "drill" ? { memory: "1Gi" } : {}),
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}

/** Copies that jobs write to themselves: what a store replicates belongs to an account that this one does not open. */
const commands: Record<UpkeepJob, (dataset: string) => string[]> = {
  verify: (dataset) => ["verify", planFile, "--dataset", dataset, "--direct", "--days", "7"],
  prune: (dataset) => ["prune", planFile, "--dataset", dataset, "--yes"],
  lock: (dataset) => ["locks", "extend", planFile, "--dataset", dataset, "--yes"],
  drill: (dataset) => [
    ...["verify", planFile, "--dataset", dataset, "--direct", "--days", "7"],
    ...["--sample", "1", "--level", "restored"],
  ],
};
