import { floorSeconds, seconds } from "../../plan/index.js";
import { readLedger } from "../customer/index.js";
import type { Recorded } from "./forbidden.js";
import type { GoodDay, ScenarioName } from "./model.js";
import type { Evidence, Report } from "./report.js";
import type { Restored } from "./restored-content.js";
import type { TakeOver } from "./take-over.js";

/** What a scenario came to. */
export interface Outcome {
  /** Ledgers of everybody who wrote. */
  readonly ledgers: readonly string[];
  readonly taken: TakeOver;
  readonly recorded: Recorded;
  /** What else was wrong, one sentence each. */
  readonly wrong: readonly string[];
  readonly details: Readonly<Record<string, unknown>>;
}

/** Holds what was measured against what the plan promises. */
export function judge(
  { plan, timeline }: Pick<GoodDay, "plan" | "timeline">,
  {
    scenario,
    seed,
    control,
  }: { readonly scenario: ScenarioName; readonly seed: number; readonly control?: string },
  { ledgers, taken, recorded, wrong, details }: Outcome,
): Evidence {
  const { restored, recoverySeconds, failure, said, keeper } = taken;
  const { region } = plan.objectives.rto;
  const objectives = {
    rtoSeconds: region === undefined ? null : seconds(region),
    rpoSeconds: seconds(plan.objectives.rpo),
  };
  const rto = recoverySeconds ?? null;
  const rpo = restored?.loss.seconds ?? null;
  const reasons = [
    ...(failure ? [failure] : []),
    ...(rto === null ? ["the customer never wrote again"] : []),
    ...beyond("RTO", rto, objectives.rtoSeconds),
    ...beyond("RPO", rpo, objectives.rpoSeconds),
    ...(restored ? differences(restored) : ["no content was verified"]),
    ...recorded.offences,
    ...wrong,
  ];
  const report: Report = {
    plan: plan.name,
    scenario,
    seed,
    objectives,
    measured: {
      rtoSeconds: rto,
      rpoSeconds: rpo,
      rowsCommitted: ledgers.reduce((sum, ledger) => sum + committedRows(ledger), 0),
      rowsLost: restored?.loss.rows ?? null,
    },
    floorSeconds: floorSeconds(plan),
    phases: timeline.phases,
    verification: { tables: restored?.tables ?? [] },
    verdict: reasons.length === 0 ? "met" : "missed",
  };
  return {
    report,
    reasons,
    details: { control, recorded, content: restored && counts(restored), ...details, failover: said, keeper },
  };
}

function beyond(name: string, measured: number | null, objective: number | null): string[] {
  if (measured === null || objective === null || measured <= objective) return [];
  return [`${name} of ${measured.toFixed(1)} s is beyond ${objective} s`];
}

function differences({ tables, survey }: Restored): string[] {
  const counted = [
    ["operations are missing in the middle", survey.holes],
    ["operations are there although their customer was told that they failed", survey.phantoms],
    ["operations are there that nobody sent", survey.strangers],
  ] as const;
  return [
    ...tables
      .filter(({ matches }) => !matches)
      .map(({ name }) => `table "${name}" differs from what the ledger says`),
    ...counted.flatMap(([what, found]) => (found.length > 0 ? [`${found.length} ${what}`] : [])),
  ];
}

function counts({ survey, loss }: Restored) {
  const { applied, lost, unknownKept, phantoms, strangers, holes } = survey;
  const numbers = { applied, lost, unknownKept, phantoms, strangers, holes };
  return {
    loss,
    ...Object.fromEntries(Object.entries(numbers).map(([name, found]) => [name, found.length])),
  };
}

function committedRows(ledger: string): number {
  return readLedger(ledger).attempts.reduce(
    (sum, { outcome, affected }) => sum + (outcome === "committed" ? (affected ?? 0) : 0),
    0,
  );
}
