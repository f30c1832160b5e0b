import {
  binlog,
  cron,
  logical,
  mysql,
  type PlanInput,
  physical,
  postgres,
  replica,
  wal,
} from "../../plan/index.js";
import { allRegions, everywhere, home } from "./stores.js";

/** Backup Strategy › Database Backups: hourly, kept a day, in the primary's region. */
const hourly = logical({
  schedule: cron("5 * * * *", { runner: "systemd", deadline: "30m" }), // Backup Strategy › Database Backups; the minute is ours
  keep: "24h", // Backup Strategy › Database Backups
  direct: home,
});
/** Backup Strategy › Database Backups: daily, kept a week, in all regions. */
const daily = logical({
  schedule: cron("20 1 * * *", { runner: "systemd" }), // Backup Strategy › Database Backups; the hour is ours
  keep: "7d", // Backup Strategy › Database Backups
  direct: allRegions,
});
/** Backup Strategy › Database Backups: weekly, kept a month, in all regions and offsite. */
const weekly = logical({
  schedule: cron("40 2 * * 0", { runner: "systemd" }), // Backup Strategy › Database Backups; day and hour are ours
  keep: "30d", // Backup Strategy › Database Backups
  direct: everywhere,
});

/** What applications keep in PostgreSQL and MySQL. */
export const databases = {
  auth: postgres({
    at: "europe",
    category: "authentication",
    class: "authentication",
    owner: "platform",
    runs: "server",
    database: "auth",
    size: "5GiB", // ours
    changes: "1GiB", // ours
    backups: [
      hourly,
      daily,
      weekly,
      // Backup Implementation › Database Backup Process: archived log needs a base that is no dump
      physical({
        schedule: cron("50 0 * * *", { runner: "systemd" }), // ours
        keep: "14d", // ours: outlasts the log and a missed run
        direct: ["store-eu", "store-us"],
      }),
      wal({ within: "1m", keep: "7d", direct: ["store-eu", "store-us"] }), // Backup Implementation › Database Backup Process; figures are ours
      replica({ to: "america", lag: "30s" }), // Backup Implementation › Database Backup Process; the bound is ours
    ],
  }),
  ghost: mysql({
    at: "europe",
    category: "content",
    class: "content",
    owner: "publishing",
    flavour: "mysql",
    database: "ghost",
    size: "5GiB", // ours
    changes: "500MiB", // ours
    references: [
      { to: "ghost-content", what: "images and themes" },
      { to: "uploads", what: "what users sent" },
    ],
    backups: [
      hourly,
      daily,
      weekly,
      binlog({ within: "5m", keep: "4d", direct: ["store-eu", "store-us"] }), // ours: what hourly dumps leave open
      replica({ to: "america", lag: "1m" }), // Disaster Recovery Procedures › Scenario 2: a standby is promoted; the bound is ours
    ],
  }),
  mautic: mysql({
    at: "europe",
    category: "marketing",
    owner: "publishing",
    flavour: "mariadb",
    database: "mautic",
    size: "5GiB", // ours
    changes: "500MiB", // ours
    references: [{ to: "mautic-assets", what: "images of mails" }],
    backups: [
      logical({
        schedule: cron("25 */6 * * *", { runner: "systemd" }), // Backup Strategy › Database Backups: daily there; with a run missed that loses more than a day
        keep: "7d", // Backup Strategy › Database Backups
        direct: ["store-eu", "store-us"],
      }),
      weekly,
      replica({ to: "america", lag: "5m" }), // Disaster Recovery Procedures › Scenario 2: a standby is promoted; the bound is ours
    ],
  }),
  analytics: postgres({
    at: "europe",
    category: "analytics",
    class: "analytics",
    owner: "publishing",
    residency: ["eu"],
    regional: true, // Backup Strategy › Database Backups: in its region only
    runs: "server",
    database: "analytics",
    size: "20GiB", // ours
    changes: "2GiB", // ours
    backups: [
      logical({
        schedule: cron("35 */6 * * *", { runner: "systemd" }), // Backup Strategy › Database Backups: daily there; with a run missed that loses more than a day
        keep: "30d", // Backup Strategy › Database Backups
        direct: home,
      }),
    ],
  }),
} satisfies PlanInput["datasets"];
