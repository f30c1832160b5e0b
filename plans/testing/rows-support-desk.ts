import type { Rows } from "./rows.js";

/** Requirement B in its plan. */
export const rows: Rows = {
  B1: [
    ["objectives.rpo", "24h"],
    ["objectives.rto", { service: "4h", database: "4h", region: "4h" }],
    ["datasets.tickets.backups[0].schedule.cron", "0 */8 * * *"],
    ["alerts[2]", { on: "age", after: "18h" }],
  ],
  B2: [
    ["datasets.tickets.backups[0]", { kind: "logical", as: "read-only", replicated: ["branch"] }],
    ["datasets.tickets.backups[0].direct", ["office", "offsite"]],
    ["alerts[0]", { on: "job-failed", to: ["oncall"] }],
  ],
  B3: [["datasets.tickets.backups[0].keep", { daily: 7, weekly: 4, monthly: 12 }]],
  B4: [
    ["datasets.tickets.backups[1].kind", "physical"],
    ["datasets.tickets.backups[2]", { kind: "wal", keep: "7d" }],
  ],
  B5: [
    ["sites.office.provider", "minio"],
    ["datasets.attachments.backups[0]", { kind: "versions", direct: ["office"], replicated: ["branch"] }],
    ["datasets.transcripts.backups[0]", { kind: "versions", direct: ["office"], replicated: ["branch"] }],
  ],
  B6: [["datasets.redis.kind", "rebuildable"]],
  B7: [
    ["datasets.configuration.source.kind", "git"],
    ["datasets.secrets.source.kind", "secret-manager"],
  ],
  B8: [
    ["datasets.tickets.backups[0].schedule.runner", "github-actions"],
    ["drills[1]", { kind: "restore", every: "30d" }],
  ],
  B9: [["datasets.tickets.database", "desk"]],
  B10: [["drills[0]", { kind: "integrity", every: "1d" }]],
  B11: [
    ["services.api.needs[0]", "tickets"],
    ["services.worker.after", ["api"]],
  ],
  B12: [
    ["alerts[3]", { on: "storage", percent: 80 }],
    ["alerts[4]", { on: "storage", percent: 90 }],
    ["recovery.decision", "1h"],
    ["people.oncall.duties", ["looks within an hour", "manual backup", "records the cause"]],
  ],
  B13: [
    ["drills[0]", { kind: "integrity", every: "1d", owner: "ci" }],
    ["drills[1]", { kind: "restore", every: "30d", owner: "ops" }],
    ["drills[2]", { kind: "full", every: "90d", owner: "engineering" }],
    ["people.ops.duties", ["watches backups", "restores"]],
    ["people.engineering.duties", ["design", "oversight of tests"]],
    ["people.security.duties", ["keys", "access"]],
  ],
  B14: [["escalation", ["oncall", "ops", "engineering", "security"]]],
  F9: [
    ["keys.provider", "age"],
    ["keys.recovery.holders", ["security", "engineering"]],
  ],
};
