import type { PlanInput } from "../../plan/index.js";

/** Who hears of what, and when: before a class of data has lost more than it may. */
export const alerts = [
  { on: "job-failed", to: ["operations"] },
  { on: "verification-failed", to: ["operations"] },
  { on: "age", after: "3m", datasets: ["auth", "chain-state"], to: ["operations"] }, // ours: before the class's five minutes
  {
    on: "age",
    after: "45m",
    datasets: ["ghost", "ghost-content", "mautic-assets", "uploads"],
    to: ["operations"],
  }, // ours: before the class's hour
  { on: "age", after: "18h", datasets: ["mautic", "analytics", "logs"], to: ["operations"] }, // ours: before the class's day
  { on: "age", datasets: ["configuration", "secrets", "contracts", "wallets"], to: ["operations"] }, // ours
  { on: "storage", percent: 80, severity: "warning", to: ["operations"] }, // ours
  { on: "lag", after: "2m", severity: "high", to: ["operations"] }, // Disaster Recovery Procedures › Scenario 2; the bound is ours
  { on: "query-time", severity: "warning", to: ["operations"] }, // Disaster Recovery Procedures › Scenario 2
  { on: "error-rate", percent: 5, severity: "high", to: ["operations"] }, // Disaster Recovery Procedures › Scenario 1; the bound is ours
] satisfies PlanInput["alerts"];

/** What a drill may restore at a standby: all but what never leaves its region. */
const restorableAbroad = [
  "auth",
  "ghost",
  "mautic",
  "ghost-content",
  "mautic-assets",
  "uploads",
  "configuration",
  "secrets",
  "chain-state",
  "wallets",
  "contracts",
];

/** What is tried, and by whom. */
export const drills = [
  { kind: "integrity", every: "1d", owner: "operations" }, // Testing and Verification › Verification Procedures: after each backup
  { kind: "restore", every: "7d", owner: "operations" }, // Testing and Verification › Regular Testing Schedule
  { kind: "failover", every: "30d", owner: "operations" }, // Testing and Verification › Regular Testing Schedule
  { kind: "region", every: "90d", owner: "operations", datasets: restorableAbroad }, // Testing and Verification › Regular Testing Schedule
  { kind: "full", every: "182d", owner: "director", datasets: restorableAbroad }, // Testing and Verification › Regular Testing Schedule
  { kind: "cold-storage", every: "90d", owner: "operations", datasets: ["uploads", "wallets"] }, // Backup Implementation › File System Backup Process
  { kind: "training", every: "90d", owner: "director" }, // Documentation and Training
] satisfies PlanInput["drills"];
