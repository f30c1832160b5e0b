import type { Rows } from "./rows.js";

/** Requirement E in its plan. */
export const rows: Rows = {
  E1: [
    ["objectives.rpo", "1h"],
    ["objectives.rto", { service: "5m", database: "30m", certificates: "15m" }],
    ["datasets.invoices.backups[1]", { kind: "wal", within: "5m" }],
  ],
  E2: [
    ["datasets.invoices.backups[0]", { kind: "physical", keep: "30d" }],
    ["datasets.invoices.backups[0].direct", ["frankfurt", "ireland", "archive"]],
    ["sites.archive.account", "444444444444"],
  ],
  E3: [["services.app.needs", ["invoices", "certificates", "configuration"]]],
  E4: [
    ["datasets.certificates", { kind: "files", category: "certificates" }],
    ["datasets.certificates.backups[0]", { schedule: { on: "change" } }],
    ["datasets.invoices.references[0].to", "certificates"],
  ],
  E5: [
    ["datasets.application-logs.kind", "bucket"],
    ["datasets.application-logs.backups[1]", { keep: "400d", direct: ["archive"] }],
  ],
  E6: [["services.app.replicas", 3]],
  E7: [
    ["datasets.invoices.backups[3]", { kind: "replica", to: "ireland" }],
    ["alerts[4]", { on: "lag", after: "5m" }],
  ],
  E8: [["datasets.configuration.source.kind", "secret-manager"]],
  E9: [
    ["drills[0]", { kind: "integrity", every: "30d" }],
    ["drills[1]", { kind: "restore", every: "90d" }],
    ["drills[2]", { kind: "full", every: "365d" }],
    ["drills[3]", { kind: "failover", datasets: ["invoices"] }],
    ["drills[4].kind", "service"],
  ],
  F6: [["datasets.certificates.store", { existing: "fs-invoicing-certificates" }]],
};
