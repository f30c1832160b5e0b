import { postgresDatasets, type StateDataset, stateDatasets } from "./datasets.js";
import { type DatasetJob, datasetJobs } from "./names.js";
import type { Backup, CronSchedule, Plan, PostgresDataset } from "./schema/index.js";

/** A dataset that Pods of the plan's clusters look after, and by which jobs. */
export interface TendedDataset {
  readonly name: string;
  readonly spec: PostgresDataset | StateDataset;
  /** Each has an identity of its own. */
  readonly jobs: readonly DatasetJob[];
}

/** Jobs of Pulumi's state: what reads it is no database, and its drill takes a Pulumi, which the runner has not. */
const stateJobs = ["secrets", "backup", "verify", "prune", "lock"] as const satisfies readonly DatasetJob[];

/** Every database, and Pulumi's state where Kubernetes starts its backups. */
export function tendedDatasets(plan: Plan): TendedDataset[] {
  return [
    ...postgresDatasets(plan).map(([name, spec]) => ({ name, spec, jobs: datasetJobs })),
    ...stateDatasets(plan)
      .filter(([, { backups }]) => backups.some((backup) => clusterSchedule(plan, backup) !== undefined))
      .map(([name, spec]) => ({ name, spec, jobs: stateJobs })),
  ];
}

/** The schedule by which CronJobs make points of Pulumi's state; undefined where something else has to start its runs. */
export function clusterSchedule({ sites }: Plan, backup: Backup): CronSchedule | undefined {
  if (!("schedule" in backup) || !startedByPods(backup, sites)) return undefined;
  return backup.schedule.kind === "cron" ? backup.schedule : undefined;
}

/** Whether Pods of a cluster start a backup; also of a plan that is still being checked. */
export const startedByPods = (
  { schedule, direct }: StartedBackup,
  sites: Readonly<Record<string, { readonly kind?: string | undefined }>>,
): boolean =>
  schedule.kind === "cron" &&
  schedule.runner === "kubernetes" &&
  direct.some((site) => site !== undefined && sites[site]?.kind === "aws-region");

/** As much of a backup as says who starts it. */
interface StartedBackup {
  readonly schedule: { readonly kind?: string | undefined; readonly runner?: string | undefined };
  readonly direct: readonly (string | undefined)[];
}
