import type { Disaster, Plan } from "../schema/index.js";

/** One step of a JSON Patch (RFC 6902) on the plan as JSON. */
export type PatchStep =
  | { readonly op: "add" | "replace"; readonly path: string; readonly value: unknown }
  | { readonly op: "remove"; readonly path: string };

/** The smallest change that would satisfy a rule. */
export interface Fix {
  /** For people. */
  readonly sentence: string;
  /** Where the plan itself can mend it; never touches objectives, waivers, reasons or severities. */
  readonly patch?: readonly PatchStep[];
}

/** What a proof found: a promise that does not hold (`error`), one at risk (`warning`), or one that holds (`info`). */
export interface Finding {
  /** Name of the rule, for example `rpo/region`. */
  readonly rule: string;
  readonly severity: "error" | "warning" | "info";
  /** Place in the plan, for example `datasets.messages.backups[1]`. */
  readonly at: string;
  /** The disaster in which it matters, where the rule tells them apart. */
  readonly disaster?: Disaster;
  readonly message: string;
  /** The numbers that led to it, with what was assumed. */
  readonly arithmetic: string;
  /** What broke and was accepted: the last day and by whom. Such a finding is `info`, and no promise that holds. */
  readonly waived?: { readonly until: string; readonly by: string };
  /** Absent where the rule holds. */
  readonly fix?: Fix;
}

/** A pure function of the plan. `asOf`: schedules are followed from this day on, for a year and its changes of clock. */
export type Proof = (plan: Plan, asOf: Date) => Finding[];
