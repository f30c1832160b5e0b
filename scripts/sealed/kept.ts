import { EngineError } from "../../engines/errors.js";
import {
  namedBackups,
  type Plan,
  type PostgresDataset,
  type StateDataset,
  stateDatasets,
} from "../../plan/index.js";
import type { BackupOf } from "../../plan/schema/index.js";

/** What is kept as sealed points: which dataset, by which engine, and what the plan says of it. */
export type Sealed = Dump | StateCopy;

/** A dump of a PostgreSQL database. */
export interface Dump {
  readonly engine: "postgres-logical";
  readonly spec: PostgresDataset;
  /** Name of the backup; see `namedBackups`. */
  readonly kind: string;
  readonly backup: BackupOf<"logical">;
}

/** A copy of Pulumi's own state. */
export interface StateCopy {
  readonly engine: "pulumi-state";
  readonly spec: StateDataset;
  readonly kind: string;
  readonly backup: BackupOf<"copy">;
}

/**
 * The backups of a dataset that are kept as sealed points, in the plan's order; a database may have none.
 *
 * @throws EngineError (2) that says what there is, when nothing of its kind is kept
 */
export function sealedOf(plan: Plan, dataset: string): Sealed[] {
  const spec = Object.hasOwn(plan.datasets, dataset) ? plan.datasets[dataset] : undefined;
  if (spec?.kind === "postgres")
    return namedBackups(spec).flatMap(([kind, backup]): Sealed[] =>
      backup.kind === "logical" ? [{ engine: "postgres-logical", spec, kind, backup }] : [],
    );
  if (spec?.kind === "configuration" && spec.source.kind === "pulumi-state")
    return namedBackups(spec).flatMap(([kind, backup]): Sealed[] =>
      backup.kind === "copy" ? [{ engine: "pulumi-state", spec, kind, backup }] : [],
    );
  const what =
    spec === undefined || spec.kind === "rebuildable"
      ? `plan "${plan.name}" has no dataset with backups called "${dataset}"`
      : `"${dataset}" is ${spec.kind === "configuration" ? `configuration in "${spec.source.kind}"` : `of kind "${spec.kind}"`}, which is not kept yet`;
  throw new EngineError(
    what,
    2,
    `what is kept is PostgreSQL and Pulumi's state: ${sealedNames(plan).join(", ") || "this plan has none"}`,
  );
}

/** Datasets of a plan whose points can be sealed, in its order. */
export const sealedNames = (plan: Plan): string[] => [
  ...Object.keys(plan.datasets).filter((name) => plan.datasets[name]?.kind === "postgres"),
  ...stateNames(plan),
];

/** Names of datasets that are Pulumi's state. */
export const stateNames = (plan: Plan): string[] => stateDatasets(plan).map(([name]) => name);
