import * as pulumi from "@pulumi/pulumi";
import type { Upkeep, UpkeepJob } from "../../plan/derive/upkeep.js";
import { bytes, type Plan, postgresDatasets } from "../../plan/index.js";
import { planFile, scratchMount } from "../region/runner-pod.js";
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

/** A CronJob that verifies recovery points, prunes them, renews their locks or restores one, dump or physical, as a drill. */
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
        // These run a server of their own beside the command.
        ...(job === "drill" || job === "replay" ? { memory: "1Gi" } : {}),
        ...(job === "replay" ? { scratch: volumeOf(args) } : {}),
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
  replay: (dataset) => [
    // A full backup may come once a month; what is older was drawn from in its time.
    ...["verify", planFile, "--dataset", dataset, "--kind", "physical", "--days", "31"],
    ...["--sample", "1", "--level", "restored", "--staging", scratchMount.mountPath],
  ],
};

/** Room for what a restored database is: as much as it has where it serves, bytes. */
function volumeOf({ plan, dataset }: UpkeepScheduleArgs): number {
  const [, spec] = postgresDatasets(plan).find(([name]) => name === dataset) ?? [];
  if (!spec) throw new RangeError(`plan "${plan.name}" has no PostgreSQL dataset called "${dataset}"`);
  return bytes(spec.volume);
}
