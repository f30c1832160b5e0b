import type { Rows } from "./rows.js";

const allRegions = ["store-eu", "store-us", "store-ap"];
const everywhere = [...allRegions, "offsite"];
const hourly = { kind: "logical", keep: "24h", direct: ["store-eu"], schedule: { cron: "5 * * * *" } };
const daily = { kind: "logical", keep: "7d", direct: allRegions, schedule: { cron: "20 1 * * *" } };
const weekly = { kind: "logical", keep: "30d", direct: everywhere, schedule: { cron: "40 2 * * 0" } };

/** Requirement D in its plan. */
export const rows: Rows = {
  D1: [
    ...["auth", "ghost"].flatMap((name) =>
      [hourly, daily, weekly].map((made, index) => [`datasets.${name}.backups[${index}]`, made] as const),
    ),
    ["datasets.mautic.backups[0].keep", "7d"],
    ["datasets.mautic.backups[1]", weekly],
    ["datasets.analytics.backups[0]", { keep: "30d", direct: ["store-eu"] }],
  ],
  D2: [
    ["datasets.ghost-content.backups[0]", { keep: "30d", direct: everywhere }],
    ["datasets.mautic-assets.backups[0]", { keep: "30d", direct: everywhere }],
    [
      "datasets.configuration.backups[0]",
      { keep: { versions: 10 }, schedule: { on: "change" }, direct: everywhere },
    ],
    ["datasets.uploads.backups[0]", { kind: "append", keep: "90d", direct: ["store-eu", "offsite"] }],
    ["datasets.logs.backups[0]", { keep: "90d", direct: ["store-eu", "offsite"] }],
  ],
  D3: [
    ["datasets.chain-state.backups[0]", { keep: "7d", schedule: { cron: "10 * * * *" } }],
    ["datasets.wallets.backups[0]", { keep: "forever", direct: ["offsite", "cold"] }],
    ["datasets.contracts.backups[0]", { keep: { versions: "all" }, direct: everywhere }],
  ],
  D4: [
    ["objectives.classes.authentication.rpo", "5m"],
    ["objectives.classes.transactions.rpo", "5m"],
    ["objectives.classes.content.rpo", "1h"],
    ["objectives.classes.analytics.rpo", "24h"],
    ["objectives.rto", { service: "5m", database: "15m", region: "1h", catastrophe: "24h" }],
    ["datasets.wallets.class", "transactions"],
    ["datasets.chain-state.class", "transactions"],
  ],
  D5: [
    ["datasets.auth.backups[4].kind", "wal"],
    ["datasets.auth.backups[5]", { kind: "replica", to: "america" }],
  ],
  D6: [
    ["datasets.ghost", { kind: "mysql", flavour: "mysql" }],
    ["datasets.mautic", { kind: "mysql", flavour: "mariadb" }],
  ],
  D7: [
    ["sites.cold.tier", "cold"],
    ["datasets.uploads.backups[1].replicated", ["cold"]],
    ["drills[5]", { kind: "cold-storage", every: "90d" }],
  ],
  D8: [
    ["sites.europe.provider", "hetzner"],
    ["sites.america.provider", "digitalocean"],
    ["sites.asia.provider", "vultr"],
  ],
  D9: [
    ["objectives.rto.service", "5m"],
    ["alerts[9]", { on: "error-rate", percent: 5 }],
  ],
  D10: [["objectives.rto.database", "15m"]],
  D11: [
    ["objectives.rto.region", "1h"],
    ["dns.provider", "cloudflare"],
    ["lease.witness", "witness"],
  ],
  D12: [
    ["objectives.rto.catastrophe", "24h"],
    ["services.mautic.critical", false],
    ["people.director.duties", ["declares a catastrophe", "informs users"]],
  ],
  D13: [
    ["datasets.analytics", { regional: true, residency: ["eu"], category: "analytics" }],
    ["datasets.logs", { regional: true, residency: ["eu"], category: "logs" }],
    ["keys.rotation", "180d"],
  ],
  D14: [["access.recovery-lead", { multiFactor: true, reviewed: "90d" }]],
  D15: [
    ["alerts[7].on", "lag"],
    ["alerts[8].on", "query-time"],
    ["alerts[9].on", "error-rate"],
  ],
  D16: [
    ["drills[0]", { kind: "integrity", every: "1d" }],
    ["drills[1]", { kind: "restore", every: "7d" }],
    ["drills[2]", { kind: "failover", every: "30d" }],
    ["drills[3]", { kind: "region", every: "90d" }],
    ["drills[4]", { kind: "full", every: "182d" }],
    ["drills[6]", { kind: "training", every: "90d" }],
  ],
  D17: [
    ["dependencies.registrar.what", "Domain"],
    ["dependencies.dns.impact", "users stay with the lost region"],
    ["dependencies.cdn.impact", "pages are slower"],
    ["dependencies.payments.impact", "nobody can pay"],
    ["dependencies.email.impact", "neither sign-in mails nor newsletters leave"],
    ["closure.secrets.at", ["store-us", "offsite"]],
  ],
};
