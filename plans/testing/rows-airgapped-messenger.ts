import type { Rows } from "./rows.js";

const often = { kind: "interval", every: "20m" };

/** Requirement A in its plan. */
export const rows: Rows = {
  A1: [
    ["objectives.rpo", "1h"],
    ["objectives.rto.cluster", "4h"],
    ["datasets.files.backups[0].schedule", often],
    ["datasets.raft.backups[0].schedule", often],
    ["datasets.auth.backups[0].schedule", often],
  ],
  A2: [
    ["datasets.auth.kind", "sqlite"],
    ["datasets.messaging.backups[0]", { kind: "copy", schedule: often }],
    ["datasets.channels.backups[0]", { kind: "copy", schedule: often }],
    ["datasets.auth.backups[1].schedule", { kind: "event", on: "upgrade" }],
  ],
  A3: [
    ["datasets.audit", { kind: "audit-log", head: "strongroom" }],
    ["datasets.audit.backups[0]", { kind: "append", within: "5m", keep: "forever" }],
  ],
  A4: [
    ["datasets.files", { kind: "files", keys: "file-keys", category: "files" }],
    ["datasets.files.backups[0].direct", ["vault"]],
    ["datasets.file-keys.category", "file-keys"],
    ["datasets.file-keys.backups[0].direct", ["strongroom"]],
    ["keys.categories.file-keys.at", ["strongroom", "safe"]],
  ],
  A5: [
    ["datasets.raft.backups[0].kind", "snapshot"],
    ["datasets.raft.backups[1].schedule", { kind: "event", on: "upgrade" }],
  ],
  A6: [
    ["sites.hall.nodes", 3],
    ["sites.vault.nodes", 3],
    ["services.messaging.after", ["auth"]],
    ["services.transfer.needs", ["files", "file-keys"]],
  ],
  A7: [
    ["datasets.authority", { kind: "pki", offline: true }],
    ["datasets.authority.backups[0]", { keep: "forever", replicated: ["safe"] }],
    ["sites.safe.offline", true],
  ],
  A8: [
    ["datasets.configuration.backups[0]", { keep: { versions: "all" }, schedule: { on: "change" } }],
    ["datasets.secrets.backups[0]", { keep: { versions: "all" }, schedule: { on: "change" } }],
  ],
  A9: [
    ["objectives.rto.node", "4h"],
    ["services.auth.needs", ["auth", "authority", "secrets"]],
  ],
  A10: [
    ["sites.carried", { kind: "media", location: "bunker", every: "24h", transit: "2h" }],
    ["objectives.rpoBy.region", "27h"],
    ["sites.bunker", { kind: "premises", role: "standby", nodes: 3 }],
  ],
  A11: [
    ["drills[1]", { kind: "restore", every: "30d" }],
    ["drills[2]", { kind: "failover", every: "30d" }],
  ],
  A12: [
    ["people.platform.duties", ["node recovery", "restore drills"]],
    ["people.operations.duties", ["cluster recovery", "site recovery"]],
    ["escalation", ["watch", "platform", "operations", "security"]],
  ],
  F9: [
    ["keys.provider", "age"],
    ["keys.recovery.holders", ["security", "custodian"]],
  ],
};
