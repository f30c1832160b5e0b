import { append, configuration, copy, cron, every, files, on, type PlanInput } from "../../plan/index.js";
import { everywhere, offsite } from "./stores.js";

/** Of both applications' files. */
const content = copy({
  schedule: every("20m", { deadline: "10m" }), // Backup Strategy › File System Backups: daily there; the content class asks for an hour
  keep: "30d", // Backup Strategy › File System Backups
  direct: everywhere, // Backup Strategy › File System Backups
});

/** Files of applications and people, configuration and credentials, logs. */
export const trees = {
  "ghost-content": files({
    at: "europe",
    category: "content",
    class: "content",
    owner: "publishing",
    path: "/srv/ghost/content",
    size: "20GiB", // ours
    changes: "500MiB", // ours
    backups: [content],
  }),
  "mautic-assets": files({
    at: "europe",
    category: "marketing",
    class: "content",
    owner: "publishing",
    path: "/srv/mautic/media",
    size: "10GiB", // ours
    changes: "200MiB", // ours
    backups: [content],
  }),
  uploads: files({
    at: "europe",
    category: "content",
    class: "content",
    owner: "publishing",
    path: "/srv/uploads",
    size: "50GiB", // ours
    changes: "1GiB", // ours
    backups: [
      append({ within: "5m", keep: "90d", direct: ["store-eu", offsite] }), // Backup Strategy › File System Backups: as they come; the minutes are ours
      copy({
        schedule: cron("15 3 * * *", { runner: "systemd", deadline: "6h" }),
        keep: "365d",
        direct: [offsite],
        replicated: ["cold"],
      }), // Backup Implementation › File System Backup Process: cold storage; figures are ours
    ],
  }),
  configuration: configuration({
    at: "europe",
    category: "configuration",
    owner: "platform",
    source: { kind: "git", reference: "git@git.mesh.test:mesh/configuration.git" },
    size: "100MiB", // ours
    changes: "1MiB", // ours
    backups: [copy({ schedule: on("change", "10m"), keep: { versions: 10 }, direct: everywhere })], // Backup Strategy › File System Backups
  }),
  secrets: configuration({
    at: "europe",
    category: "secrets",
    owner: "security",
    source: { kind: "secret-manager", reference: "vault.mesh.test/mesh" },
    size: "1MiB", // ours
    changes: "1MiB", // ours
    backups: [copy({ schedule: on("change", "10m"), keep: { versions: 10 }, direct: ["store-us", offsite] })], // Documentation and Training: credentials stored securely
  }),
  logs: files({
    at: "europe",
    category: "logs",
    owner: "platform",
    residency: ["eu"],
    regional: true, // Backup Strategy › File System Backups: in their region, and encrypted offsite
    path: "/var/log/mesh",
    size: "50GiB", // ours
    changes: "5GiB", // ours
    backups: [
      copy({
        schedule: cron("45 */6 * * *", { runner: "systemd" }), // Backup Strategy › File System Backups: daily there; with a run missed that loses more than a day
        keep: "90d", // Backup Strategy › File System Backups
        direct: ["store-eu", offsite], // Backup Strategy › File System Backups
      }),
    ],
  }),
} satisfies PlanInput["datasets"];
