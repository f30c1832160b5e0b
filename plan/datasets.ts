import type {
  DatasetOf,
  KeptDataset,
  Plan,
  PointBackup,
  PostgresDataset,
  Retention,
  StoredBackup,
  StreamBackup,
} from "./schema/index.js";
import { seconds } from "./units.js";

/** Datasets that are backed up, by name. */
export function keptDatasets(plan: Plan): [string, KeptDataset][] {
  const kept: [string, KeptDataset][] = [];
  for (const name of Object.keys(plan.datasets)) {
    const dataset = plan.datasets[name];
    if (dataset && dataset.kind !== "rebuildable") kept.push([name, dataset]);
  }
  return kept;
}

/** PostgreSQL databases, by name. */
export function postgresDatasets(plan: Plan): [string, PostgresDataset][] {
  return keptDatasets(plan).flatMap(([name, dataset]) =>
    dataset.kind === "postgres" ? [[name, dataset] satisfies [string, PostgresDataset]] : [],
  );
}

/** Configuration that is the state of Pulumi's stacks. */
export type StateDataset = DatasetOf<"configuration">;

/** Datasets that are Pulumi's own state, by name. */
export function stateDatasets(plan: Plan): [string, StateDataset][] {
  return keptDatasets(plan).flatMap(([name, dataset]) =>
    dataset.kind === "configuration" && dataset.source.kind === "pulumi-state"
      ? [[name, dataset] satisfies [string, StateDataset]]
      : [],
  );
}

/** A dataset's backup and its place in the plan. */
export interface Placed<Kind> {
  readonly backup: Kind;
  /** Index in `backups`. */
  readonly index: number;
}

/** Backups that are stored somewhere: all but replicas. */
export const storedBackups = ({ backups }: Pick<KeptDataset, "backups">): StoredBackup[] =>
  backups.flatMap((backup) => (backup.kind === "replica" ? [] : [backup]));

/** Sites that jobs of a dataset write to themselves. */
export const directSites = (dataset: Pick<KeptDataset, "backups">): string[] => [
  ...new Set(storedBackups(dataset).flatMap(({ direct }) => direct)),
];

/** Sites that hold anything of a dataset's backups. */
export const copySites = (dataset: Pick<KeptDataset, "backups">): string[] => [
  ...new Set(storedBackups(dataset).flatMap(({ direct, replicated }) => [...direct, ...replicated])),
];

/** Whether a run of a schedule makes it. */
export const isPoint = (backup: StoredBackup): backup is PointBackup => "schedule" in backup;

/** Whether it is stored as it comes. */
export const isStream = (backup: StoredBackup): backup is StreamBackup => "within" in backup;

/** Data categories of a plan, sorted. */
export function categories(plan: Plan): string[] {
  return [...new Set(keptDatasets(plan).map(([, { category }]) => category))].sort();
}

const day = 86_400;

/** Days a point is kept at the least and at the most; `Infinity` for ever, 0 where only a number of points is said. */
export function keptDays(keep: Retention): { readonly least: number; readonly most: number } {
  if (keep === "forever") return { least: Number.POSITIVE_INFINITY, most: Number.POSITIVE_INFINITY };
  if (typeof keep === "string") {
    const days = Math.ceil(seconds(keep) / day);
    return { least: days, most: days };
  }
  if ("count" in keep || "versions" in keep) return { least: 0, most: Number.POSITIVE_INFINITY };
  const { daily = 0, weekly = 0, monthly = 0, yearly = 0 } = keep;
  // Whatever is not the last of its day is gone the day after.
  return { least: 1, most: Math.max(daily, weekly * 7, monthly * 31, yearly * 366) };
}
