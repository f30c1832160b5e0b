import * as pulumi from "@pulumi/pulumi";

import { upkeepOf } from "../../plan/derive/upkeep.js";
import { clusterSchedule, namedBackups, type names, type Plan, type StateDataset } from "../../plan/index.js";
import { BackupSchedule } from "../schedule/backup-schedule.js";
import { UpkeepSchedule } from "../schedule/upkeep-schedule.js";
import { jobAccounts } from "./job-accounts.js";
import { onceJob } from "./once-job.js";
import { planFile } from "./runner-pod.js";

/** Whose state is kept, and by which site's Pods. */
export interface StateKeeperArgs {
  readonly plan: Plan;
  readonly site: string;
  readonly dataset: string;
  readonly spec: StateDataset;
  readonly image: string;
  /** Whether the schedules wait for their site to be active. */
  readonly suspend: boolean;
}

/**
 * What backs up the state of Pulumi's stacks by the clock, at a site that holds a copy of it: keys of its own, laid once,
 * then a CronJob for each backup and for its upkeep. Nothing here reads what the state seals, or writes where it lies.
 */
export class StateKeeper extends pulumi.ComponentResource {
  constructor(name: string, args: StateKeeperArgs, opts?: pulumi.ComponentResourceOptions) {
    super("secondsite:region:StateKeeper", name, {}, opts);
    const { plan, dataset, spec } = args;
    const child = { parent: this };
    const upkeep = upkeepOf(plan, dataset, spec);
    const makesKeys = jobAccounts(name, args, ["secrets"], child);
    const keys = onceJob(
      `${name}-keys`,
      { ...args, job: "secrets" },
      ["secondsite", "pod", "keys", planFile, dataset],
      { ...child, dependsOn: makesKeys },
    );
    const jobs: names.DatasetJob[] = ["backup", ...upkeep.map(({ job }) => job)];
    const ready = { ...child, dependsOn: [keys, ...jobAccounts(name, args, jobs, child)] };
    for (const [kind, backup] of namedBackups(spec)) {
      const schedule = clusterSchedule(plan, backup);
      if (schedule && backup.kind === "copy")
        new BackupSchedule(`${name}-${kind}`, { ...args, kind, backup, schedule }, ready);
    }
    for (const one of upkeep) new UpkeepSchedule(`${name}-${one.job}`, { ...args, ...one }, ready);
    this.registerOutputs({});
  }
}
