import {
  append,
  auditLog,
  configuration,
  copy,
  every,
  files,
  on,
  type PlanInput,
  pki,
  raft,
  rebuildable,
  snapshot,
  sqlite,
} from "../../plan/index.js";

/** Copies in the building and at the second site. */
const copies = { direct: ["vault"], replicated: ["carried"] };

/**
 * Often enough that a missed run and the run's own time stay inside the hour.
 * Objectives: RPO. Backup Scope asks for an hour, or a day; with a miss, neither keeps it.
 */
const thriceHourly = every("20m", { deadline: "10m" }); // ours: 20m + 20m missed + 10m run < RPO

/** Databases, files and keys, the audit log, the cluster's own data, and what they are configured with. */
export const datasets = {
  auth: sqlite({
    at: "hall",
    category: "accounts",
    owner: "platform",
    path: "/srv/messenger/shared/platform.db", // Backup Scope
    size: "2GiB", // ours
    changes: "200MiB", // ours
    backups: [
      copy({ schedule: thriceHourly, keep: "30d", ...copies }), // Backup Scope asks for daily: Objectives ask for more
      copy({ schedule: on("upgrade", "1h"), keep: { count: 10 }, ...copies }), // Backup Scope: before changes
    ],
  }),
  messaging: sqlite({
    at: "hall",
    category: "messages",
    owner: "platform",
    path: "/srv/messenger/shared/messaging.db", // Backup Scope
    size: "20GiB", // ours
    changes: "2GiB", // ours
    references: [
      { to: "auth", what: "senders" },
      { to: "files", what: "attachments" },
    ],
    backups: [copy({ schedule: thriceHourly, keep: "30d", ...copies })], // Backup Scope: continuous or hourly
  }),
  channels: sqlite({
    at: "hall",
    category: "messages",
    owner: "platform",
    path: "/srv/messenger/shared/channels.db", // Backup Scope
    size: "5GiB", // ours
    changes: "500MiB", // ours
    references: [{ to: "auth", what: "members" }],
    backups: [copy({ schedule: thriceHourly, keep: "30d", ...copies })], // Backup Scope: as messaging
  }),
  audit: auditLog({
    at: "hall",
    category: "audit",
    owner: "security",
    path: "/srv/messenger/audit/audit.log", // Backup Scope
    head: "strongroom",
    size: "5GiB", // ours
    changes: "100MiB", // ours
    backups: [append({ within: "5m", keep: "forever", ...copies })], // Backup Scope: as it comes; never truncated
  }),
  files: files({
    at: "hall",
    category: "files",
    owner: "platform",
    path: "/srv/messenger/files", // Backup Scope
    keys: "file-keys",
    size: "200GiB", // ours
    changes: "5GiB", // ours
    backups: [copy({ schedule: thriceHourly, keep: "30d", ...copies })], // Backup Scope asks for daily: Objectives ask for more
  }),
  "file-keys": files({
    at: "hall",
    category: "file-keys",
    owner: "security",
    path: "/srv/messenger/keys", // Backup Procedures: apart from what they open
    size: "10MiB", // ours
    changes: "1MiB", // ours
    backups: [
      copy({
        schedule: on("change", "30m"),
        keep: "forever",
        direct: ["strongroom"],
        replicated: ["safe"],
      }),
    ], // Backup Procedures
  }),
  raft: raft({
    at: "hall",
    category: "cluster",
    owner: "platform",
    path: "/srv/messenger/raft", // Backup Scope
    size: "1GiB", // ours
    changes: "1GiB", // ours
    backups: [
      snapshot({ schedule: thriceHourly, keep: "7d", ...copies }), // Backup Scope: optional there, needed by Objectives
      snapshot({ schedule: on("upgrade", "1h"), keep: { count: 5 }, ...copies }), // Backup Scope: before an upgrade
    ],
  }),
  authority: pki({
    at: "hall",
    category: "pki",
    owner: "security",
    size: "10MiB", // ours
    changes: "1MiB", // ours
    offline: true,
    backups: [
      copy({
        schedule: on("change", "30m"),
        keep: "forever",
        direct: ["strongroom"],
        replicated: ["safe"],
      }),
    ], // Backup Scope: once and after any issuance
  }),
  configuration: configuration({
    at: "hall",
    category: "configuration",
    owner: "platform",
    source: { kind: "folder", reference: "/etc/messenger" },
    size: "10MiB", // ours
    changes: "1MiB", // ours
    backups: [copy({ schedule: on("change", "30m"), keep: { versions: "all" }, ...copies })], // Backup Scope: versioned, on change
  }),
  secrets: configuration({
    at: "hall",
    category: "secrets",
    owner: "security",
    source: { kind: "folder", reference: "/etc/messenger/secrets" },
    size: "1MiB", // ours
    changes: "1MiB", // ours
    backups: [copy({ schedule: on("change", "30m"), keep: { versions: "all" }, ...copies })], // Backup Scope: versioned, on change
  }),
  discovery: rebuildable({ reason: "nodes announce themselves again as soon as they join the cluster" }),
} satisfies PlanInput["datasets"];
