import { applyPatch, type Operation } from "rfc6902";

import { type Plan, parsePlan } from "../../plan/index.js";
import { type Finding, prove } from "../../plan/proofs/index.js";

/** Schedules are followed from this day on, in every test. */
export const asOf = new Date("2026-11-21T00:00:00Z");

/** What makes one finding the same as another: not its words. */
export const identity = ({ rule, at, disaster }: Pick<Finding, "rule" | "at" | "disaster">): string =>
  [rule, at, ...(disaster ? [disaster] : [])].join(" ");

/** Errors that the proofs find in a plan. */
export const errorsIn = (plan: Plan): Finding[] =>
  prove(plan, asOf).filter(({ severity }) => severity === "error");

/** Their identities. */
export const brokenIn = (plan: Plan): string[] => errorsIn(plan).map(identity);

/**
 * A plan with a finding's patch applied to its JSON, checked again as a plan.
 *
 * @throws Error when the patch does not fit; InvalidPlan when the result is none
 */
export function patched(plan: Plan, { fix }: Finding): Plan {
  const json: unknown = JSON.parse(JSON.stringify(plan));
  const steps = structuredClone(fix?.patch ?? []) as Operation[];
  const failed = applyPatch(json, steps).find((error) => error !== null);
  if (failed) throw failed;
  return parsePlan(json);
}
