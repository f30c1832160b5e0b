/** Labels that a sample may carry; those that do not apply are left out. */
export const labelNames = ["dataset", "category", "kind", "site"] as const;
export type LabelName = (typeof labelNames)[number];

/** What a metric is measured at: a dataset or a category, how it was backed up or how deeply verified, and a site. */
export type Labels = Readonly<Partial<Record<LabelName, string>>>;

/** Operations that are measured, by what their metrics begin with. */
export const operations = [
  "backup",
  "verification",
  "restore",
  "failover",
  "prune",
  "archiving",
  "repair",
  "lock_extension",
  "key_rotation",
  "key_rewrapping",
] as const;
export type MeasuredOperation = (typeof operations)[number];

/** What is said of every operation. */
const ofEach = (operation: MeasuredOperation) => {
  const called = operation.replace("_", " ");
  return {
    [`${operation}_last_run_timestamp`]: `When the last ${called} ended, well or not, in seconds since 1970.`,
    [`${operation}_last_run_success`]: `1 when the last ${called} succeeded, 0 when it did not.`,
    [`${operation}_last_success_timestamp`]: `When the last ${called} that succeeded ended, in seconds since 1970.`,
    [`${operation}_duration_seconds`]: `How long the last ${called} that succeeded took.`,
  } as Record<`${MeasuredOperation}_${OfEach}`, string>;
};

type OfEach = "last_run_timestamp" | "last_run_success" | "last_success_timestamp" | "duration_seconds";

/** Every metric without its prefix, with what it means. All are gauges: jobs end, and their last word stands. */
export const definitions = {
  ...ofEach("backup"),
  backup_size_bytes: "Size of the last backup that succeeded, as it is stored.",
  backup_source_bytes: "Size of what the last backup that succeeded was taken of.",
  ...ofEach("verification"),
  verification_good:
    "1 when the last verification found a copy as it was stored, 0 when something is damaged or it did not answer.",
  ...ofEach("restore"),
  ...ofEach("failover"),
  ...ofEach("prune"),
  ...ofEach("archiving"),
  ...ofEach("repair"),
  ...ofEach("lock_extension"),
  ...ofEach("key_rotation"),
  ...ofEach("key_rewrapping"),
  recovery_point_timestamp:
    "When the newest recovery point that can be restored ended, in seconds since 1970.",
  lag_seconds: "What would be lost now if this copy were all that is left, in seconds.",
  objective_met: "1 when that loss is within the objective, 0 when it is not or the copy does not answer.",
  wal_archiver_last_success_timestamp:
    "When the newest log that can be restored was stored, in seconds since 1970.",
  notification_delivered:
    "1 when everybody whom the plan names was told how the last operation ended, 0 when not.",
  audit_sequence: "Number of the newest record of the audit log; it never falls.",
  audit_stored: "1 when the last operation was recorded and the log's head anchored outside, 0 when not.",
} as const satisfies Record<string, string>;

export type MetricName = keyof typeof definitions;

/** One figure. */
export interface Sample {
  readonly name: MetricName;
  readonly labels: Labels;
  readonly value: number;
}
