import type { MeasuredOperation, Sample } from "../../metrics/index.js";
import type { Plan } from "../../plan/index.js";
import type { AuditContent } from "../../vault/index.js";

/** Commands that are recorded, and what their figures are called. */
export const measuredAs = {
  backup: "backup",
  verify: "verification",
  restore: "restore",
  failover: "failover",
  prune: "prune",
  archive: "archiving",
  repair: "repair",
  "locks extend": "lock_extension",
  "keys rotate": "key_rotation",
  "keys rewrap": "key_rewrapping",
} as const satisfies Record<string, MeasuredOperation>;

/** An operation that is recorded and measured. */
export interface Operation {
  readonly plan: Plan;
  /** The command. */
  readonly name: keyof typeof measuredAs;
  readonly dataset?: string | undefined;
  /** Site that it acts at. @default the dataset's own; without one, the primary keeps the record */
  readonly site?: string | undefined;
  /** How it is done: `physical`, `structural`. */
  readonly kind?: string | undefined;
  /** What `--store` says. */
  readonly store?: readonly string[] | undefined;
  /** What `--metrics` says. */
  readonly metricsFile?: string | undefined;
}

/** What is known of an operation that ran to its end. */
export interface Told {
  /** @default 0 */
  readonly exitCode?: number;
  /** Why the answer is no. */
  readonly message?: string;
  /** Recovery point that it made or used. */
  readonly point?: string | undefined;
  /** The dataset, where it was found only on the way. @default the operation's */
  readonly dataset?: string | undefined;
  readonly details?: AuditContent["details"];
  /** Figures beyond those of every operation. */
  readonly samples?: readonly Sample[];
}
