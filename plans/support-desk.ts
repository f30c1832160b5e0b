import { definePlan, failover, objectStore, service, vps } from "../plan/index.js";
import { datasets } from "./support-desk/datasets.js";

/**
 * A support desk on rented servers with its own MinIO: PostgreSQL, attachments and transcripts in versioned buckets,
 * backups by GitHub Actions, keys by age. Needs no AWS.
 *
 * The source's daily backup and its alert at 25 hours are in `as-documented/`.
 */
export default definePlan({
  name: "desk",
  source: "seed 001_92d9582cf43d1adc",
  objectives: {
    rpo: "24h", // Recovery Objectives
    rto: {
      service: "4h", // Recovery Objectives
      database: "4h", // Recovery Objectives
      region: "4h", // Recovery Objectives
    },
  },
  recovery: {
    notice: "10m", // ours: the alert rings
    decision: "1h", // Incident Response › Backup Failure: on-call looks within an hour
    provisioning: "15m", // ours: servers, images
  },
  sites: {
    desk: vps({
      provider: "hetzner",
      region: "fsn1",
      account: "desk",
      jurisdiction: "eu",
      role: "primary",
      servers: 2, // ours: one is down while the other serves
    }),
    spare: vps({
      provider: "hetzner",
      region: "hel1",
      account: "desk",
      jurisdiction: "eu",
      role: "standby",
      mode: "pilot-light",
      servers: 2, // ours: as many as the primary
    }),
    /** Self-hosted MinIO: what the desk writes to. */
    office: objectStore({
      provider: "minio",
      region: "office",
      account: "desk",
      endpoint: "https://objects.desk.test",
      jurisdiction: "eu",
    }),
    /** The same in another town. */
    branch: objectStore({
      provider: "minio",
      region: "branch",
      account: "desk",
      endpoint: "https://objects.branch.desk.test",
      jurisdiction: "eu",
    }),
    /** Somebody else's store, for the day on which all of the above is gone. */
    offsite: objectStore({
      provider: "hetzner",
      region: "nbg1",
      account: "desk-offsite",
      endpoint: "https://nbg1.your-objectstorage.com",
      jurisdiction: "eu",
    }),
    witness: objectStore({
      provider: "cloudflare",
      region: "weur",
      account: "desk-witness",
      endpoint: "https://desk-witness.r2.cloudflarestorage.com",
      jurisdiction: "eu",
    }),
  },
  keys: {
    provider: "age",
    rotation: "365d", // ours
    recovery: {
      holders: ["security", "engineering"],
      kept: "two sealed envelopes, each in its holder's bank",
      // Examples whose identities nobody kept: each holder makes a key (age-keygen) and gives its public half.
      recipients: [
        "age1nqvhwf23wfzv8nphrk4fjuhx0g3mcg4eegqlz4jwr0tj7k5a0feqzgz3wp",
        "age1cm62qpp9zwv60c6d8x55qwh536zm8r867e7yxcxtzr7erysczvsskkgv05",
      ],
    },
  },
  datasets,
  services: {
    api: service({
      image: "desk/api",
      needs: ["tickets", "attachments", "transcripts", "redis", "configuration", "secrets"],
    }),
    worker: service({ image: "desk/worker", needs: ["tickets", "redis"], after: ["api"] }),
  },
  dns: failover({
    provider: "cloudflare",
    zone: "desk.test",
    name: "app.desk.test",
    service: "api",
    ttl: "60s", // ours
    check: { every: "60s", failures: 3 }, // ours
  }),
  lease: { witness: "witness" },
  closure: {
    state: { at: ["office", "offsite"] },
    "state-secrets": { outside: "passphrase in both sealed envelopes" },
    registry: { at: ["office", "offsite"] },
    "control-plane": {
      at: ["spare"],
      outside: "an account at another provider, opened and tried beforehand",
    },
    secrets: { at: ["office", "offsite"] },
    identity: { at: ["spare"], outside: "an account at another provider, opened and tried beforehand" },
    plugins: { outside: "kit on the operators' own machines" },
    packages: { outside: "kit on the operators' own machines" },
    "sign-on": { outside: "emergency accounts with keys of their own, in two people's hands" },
  },
  access: {
    "backup-runner": { writes: ["desk"] },
    custodian: { deletes: ["office", "branch", "offsite"], multiFactor: true, reviewed: "90d" }, // ours
  },
  alerts: [
    { on: "job-failed", to: ["oncall"] },
    { on: "verification-failed", to: ["oncall"] },
    { on: "age", after: "18h", severity: "critical", to: ["oncall"] }, // Monitoring and Alerts: 25 hours there, after the loss
    { on: "storage", percent: 80, severity: "warning", to: ["ops"] }, // Monitoring and Alerts
    { on: "storage", percent: 90, severity: "critical", to: ["oncall"] }, // Monitoring and Alerts
  ],
  drills: [
    { kind: "integrity", every: "1d", owner: "ci" }, // Testing Schedule
    { kind: "restore", every: "30d", owner: "ops" }, // Testing Schedule
    { kind: "full", every: "90d", owner: "engineering" }, // Testing Schedule
  ],
  people: {
    ci: { title: "Continuous integration", reach: "workflow runs", duties: ["daily integrity checks"] }, // Testing Schedule
    oncall: {
      title: "On-call engineer",
      reach: "pager",
      duties: ["looks within an hour", "manual backup", "records the cause"],
    }, // Incident Response › Backup Failure
    ops: { title: "Operations", reach: "ops@desk.test", duties: ["watches backups", "restores"] }, // Roles and Responsibilities
    engineering: {
      title: "Engineering",
      reach: "engineering@desk.test",
      duties: ["design", "oversight of tests"],
    }, // Roles and Responsibilities
    security: { title: "Security", reach: "security@desk.test", duties: ["keys", "access"] }, // Roles and Responsibilities
  },
  escalation: ["oncall", "ops", "engineering", "security"],
  dependencies: {
    github: {
      what: "GitHub Actions",
      impact: "backups do not start; they are made by hand",
      contact: "support.github.com",
    },
    hetzner: {
      what: "Servers and the offsite store",
      impact: "the desk moves to other servers",
      contact: "console.hetzner.com",
    },
    cloudflare: { what: "DNS", impact: "users cannot be led to the standby" },
  },
});
