import {
  bucket,
  configuration,
  copy,
  cron,
  logical,
  on,
  type PlanInput,
  physical,
  postgres,
  rebuildable,
  versions,
  wal,
} from "../../plan/index.js";

/** Copies on the operator's own MinIO, on its mirror in another town, and at another provider. */
const direct = ["office", "offsite"];

/**
 * Grandfather, father, son.
 * Backup Strategy › Database Backups: 7 daily, 4 weekly and 12 monthly backups.
 */
const keep = { daily: 7, weekly: 4, monthly: 12 }; // Backup Strategy › Database Backups

/** Of a bucket: its versions, and a copy elsewhere by the clock. */
const versionedAnd = (schedule: ReturnType<typeof cron>) => [
  versions({ within: "1m", keep: { versions: 10 }, direct: ["office"], replicated: ["branch"] }), // Backup Strategy › Backup Components; count is ours
  copy({ schedule, keep: "30d", direct: ["offsite"] }), // ours: MinIO itself may be what is lost
];

/** Tickets, what is attached to them, what was said, and what the desk is configured with. */
export const datasets = {
  tickets: postgres({
    at: "desk",
    category: "customer",
    owner: "engineering",
    residency: ["eu"],
    runs: "server",
    database: "desk",
    size: "20GiB", // ours
    changes: "2GiB", // ours
    references: [
      { to: "attachments", what: "files of tickets" },
      { to: "transcripts", what: "conversations" },
    ],
    backups: [
      // Backup Strategy › Database Backups: daily there; thrice a day keeps Recovery Objectives with a run missed
      logical({
        schedule: cron("0 */8 * * *", { runner: "github-actions", deadline: "1h", startWithin: "30m" }), // Backup Procedures › Automated Daily Backup
        as: "read-only",
        keep,
        direct,
        replicated: ["branch"],
      }),
      // Backup Strategy › Backup Components: log replays onto this, never onto a dump
      physical({
        schedule: cron("30 2 * * *", { runner: "github-actions", deadline: "1h" }), // ours
        keep: "14d", // ours: outlasts the log and a missed run
        direct,
      }),
      wal({ within: "5m", keep: "7d", direct }), // Backup Strategy › Backup Components: PITR; figures are ours
    ],
  }),
  attachments: bucket({
    at: "office",
    category: "attachments",
    owner: "engineering",
    residency: ["eu"],
    bucket: "desk-attachments",
    size: "200GiB", // ours
    changes: "2GiB", // ours
    backups: versionedAnd(cron("15 */8 * * *", { deadline: "2h", runner: "github-actions" })), // ours
  }),
  transcripts: bucket({
    at: "office",
    category: "customer",
    owner: "engineering",
    residency: ["eu"],
    bucket: "desk-transcripts",
    size: "50GiB", // ours
    changes: "1GiB", // ours
    backups: versionedAnd(cron("45 */8 * * *", { deadline: "2h", runner: "github-actions" })), // ours
  }),
  redis: rebuildable({ reason: "holds nothing of its own: filled again from the database on first use" }),
  configuration: configuration({
    at: "desk",
    category: "configuration",
    owner: "engineering",
    residency: ["eu"],
    source: { kind: "git", reference: "git@git.desk.test:desk/deploy.git" },
    size: "100MiB", // ours
    changes: "1MiB", // ours
    backups: [copy({ schedule: on("change", "1h"), keep: { versions: "all" }, direct })], // Backup Strategy › Backup Components
  }),
  secrets: configuration({
    at: "desk",
    category: "secrets",
    owner: "security",
    residency: ["eu"],
    source: { kind: "secret-manager", reference: "vault.desk.test/desk" },
    size: "1MiB", // ours
    changes: "1MiB", // ours
    backups: [copy({ schedule: on("change", "1h"), keep: { versions: 10 }, direct })], // Backup Strategy › Backup Components
  }),
} satisfies PlanInput["datasets"];
