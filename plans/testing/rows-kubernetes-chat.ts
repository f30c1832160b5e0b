import type { Rows } from "./rows.js";

/** Requirement C in its plan. */
export const rows: Rows = {
  C1: [
    ["objectives.rpo", "5m"],
    ["objectives.rto", { database: "1h", cluster: "1h", region: "1h" }],
    ["datasets.messages.backups[0].kind", "physical"],
    ["datasets.messages.backups[1]", { kind: "wal", within: "1m", direct: ["virginia", "oregon"] }],
    ["alerts[2]", { on: "age", after: "3m" }],
  ],
  C2: [
    ["datasets.messages.backups[0]", { keep: "90d", replicated: ["isolated"] }],
    ["datasets.messages.backups[1].keep", "7d"],
  ],
  C3: [
    ["datasets.messages.backups[0].schedule", { cron: "0 2 * * *", timeZone: "UTC" }],
    ["datasets.messages.backups[2]", { kind: "logical", keep: "90d", schedule: { every: "24h" } }],
  ],
  C4: [["sites.virginia.cluster.kind", "kubernetes"]],
  C5: [
    ["drills[0]", { kind: "integrity", every: "1d" }],
    ["alerts[1]", { on: "verification-failed", to: ["oncall"] }],
    ["people.oncall.reach", "PagerDuty"],
  ],
  C6: [["datasets.messages.backups[1].kind", "wal"]],
  C7: [["objectives.rto.database", "1h"]],
  C8: [["objectives.rto.cluster", "1h"]],
  C9: [
    ["sites.oregon", { role: "standby", mode: "pilot-light" }],
    ["dns", { provider: "route53", service: "api" }],
    ["lease.witness", "witness"],
  ],
  C10: [
    ["sites.isolated.kind", "object-store"],
    ["identities.breakGlass", ["arn:aws:iam::000000000000:role/break-glass"]],
    ["people.security.duties", ["evidence", "keys"]],
  ],
  C11: [["objectives.rto.region", "1h"]],
  C12: [
    ["alerts[0]", { on: "job-failed", severity: "critical" }],
    ["alerts[1]", { on: "verification-failed", severity: "high" }],
    ["alerts[2].on", "age"],
    ["alerts[3]", { on: "storage", percent: 80, severity: "warning" }],
  ],
  C13: [["metrics.prefix", "dchat_"]],
  C14: [["alerts[3].on", "storage"]],
  C15: [
    ["drills[1]", { kind: "restore", every: "90d" }],
    ["drills[2]", { kind: "region", every: "90d" }],
  ],
  C16: [["drills[3]", { kind: "chaos", every: "30d" }]],
  C17: [
    ["escalation", ["oncall", "database", "infrastructure", "commander"]],
    ["dependencies.aws.contact", "Enterprise Support, around the clock"],
    ["people.security.reach", "security@dchat.example.com"],
  ],
  C18: [["datasets.restore-records", { kind: "audit-log", head: "oregon" }]],
  C19: [
    ["datasets.infrastructure-state.source.kind", "pulumi-state"],
    ["datasets.infrastructure-state.backups[0].direct", ["virginia", "oregon"]],
  ],
  F1: [["closure.state.at", ["oregon"]]],
  F5: [["closure.keys.at", ["oregon"]]],
};
