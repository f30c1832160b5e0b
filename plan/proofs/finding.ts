import type { Plan } from "../schema.js";

/** What a proof found: a promise that does not hold (`error`), one at risk (`warning`), or one that holds (`info`). */
export interface Finding {
  /** Name of the rule, for example `rpo/region`. */
  readonly rule: string;
  readonly severity: "error" | "warning" | "info";
  /** Place in the plan, for example `datasets.messages.backups[1]`. */
  readonly at: string;
  readonly message: string;
  /** The numbers that led to it, with what was assumed. */
  readonly arithmetic: string;
  /** The smallest change that would satisfy the rule; absent where it holds. */
  readonly fix?: string;
}

/** A pure function of the plan. `asOf`: schedules are followed from this day on, for a year and its changes of clock. */
export type Proof = (plan: Plan, asOf: Date) => Finding[];
