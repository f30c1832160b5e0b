import { prove } from "../../plan/proofs/index.js";
import { generatedPlan, type Wanted } from "./generated-plan.js";

/** What one check took in this process. */
export interface Measured {
  readonly datasets: number;
  readonly findings: number;
  /** Findings that are errors. */
  readonly errors: number;
  /** Seconds of CPU, user and system, from the loaded plan to all findings; nothing was warmed up before. */
  readonly seconds: number;
  /** Seconds of CPU to read the plan. */
  readonly reading: number;
  /** Bytes: the most that the process had in memory until then. */
  readonly memory: number;
}

/** Reads and proves one generated plan. Meant for a process of its own: memory and what is compiled are not given back. */
export function measured(wanted: Wanted): Measured {
  const before = process.cpuUsage();
  const plan = generatedPlan(wanted);
  const reading = secondsSince(before);
  const loaded = process.cpuUsage();
  const findings = prove(plan, new Date("2026-11-21T00:00:00Z"));
  const seconds = secondsSince(loaded);
  return {
    datasets: wanted.datasets,
    findings: findings.length,
    errors: findings.filter(({ severity }) => severity === "error").length,
    ...{ seconds, reading },
    // In KiB on every platform.
    memory: process.resourceUsage().maxRSS * 1_024,
  };
}

function secondsSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1_000_000;
}
