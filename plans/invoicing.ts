import {
  awsRegion,
  bucket,
  configuration,
  copy,
  cron,
  definePlan,
  every,
  existing,
  failover,
  files,
  kubernetes,
  logical,
  objectStore,
  on,
  physical,
  postgres,
  rebuildable,
  replica,
  service,
  versions,
  wal,
} from "../plan/index.js";

/** The account that everything runs in. */
const account = "333333333333";
/** The account that only holds copies. */
const copies = "444444444444";

/**
 * An invoicing application on Kubernetes with certificates on a shared volume.
 *
 * All that the source defers to the future is here: automated and encrypted backups off site, archived log, a replica
 * that is promoted, shipped logs. Its daily backup alone is in `as-documented/`.
 */
export default definePlan({
  name: "invoicing",
  source: "seed 004_9040d4b6970e3410",
  objectives: {
    rpo: "1h", // Recovery Time Objectives › RPO Targets
    rpoBy: {
      provider: {
        accepted: "the invoices' legal copies are at the tax office too; leaving AWS would be planned",
      },
    },
    rto: {
      service: "5m", // Recovery Time Objectives › RTO Targets
      database: "30m", // Recovery Time Objectives › RTO Targets
      certificates: "15m", // Recovery Time Objectives › RTO Targets
      region: "1h", // ours: complete system failure is a scenario without a time
    },
  },
  recovery: {
    notice: "2m", // ours: alerts ring
    decision: "5m", // ours: on-call has a runbook
    provisioning: "3m", // ours: nodes stand by
  },
  identities: {
    deployers: [`arn:aws:iam::${account}:role/deploy`],
    breakGlass: [`arn:aws:iam::${account}:role/break-glass`],
  },
  sites: {
    frankfurt: awsRegion({
      region: "eu-central-1",
      account,
      jurisdiction: "eu",
      role: "primary",
      cluster: kubernetes({
        context: "eu-central-1",
        oidcIssuer: "https://oidc.eks.eu-central-1.amazonaws.com/id/INVOICING",
      }),
    }),
    ireland: awsRegion({
      region: "eu-west-1",
      account,
      jurisdiction: "eu",
      role: "standby",
      mode: "warm",
      cluster: kubernetes({
        context: "eu-west-1",
        oidcIssuer: "https://oidc.eks.eu-west-1.amazonaws.com/id/INVOICING",
      }),
    }),
    /** Off site: another account that production cannot reach. */
    archive: objectStore({ provider: "aws", region: "eu-west-3", account: copies, jurisdiction: "eu" }),
    witness: objectStore({ provider: "aws", region: "eu-north-1", account, jurisdiction: "eu" }),
  },
  keys: {
    rotation: "365d", // ours
    recovery: {
      holders: ["security", "owner"],
      kept: "two sealed envelopes, each in its holder's safe",
      // Examples whose identities nobody kept: each holder makes a key (age-keygen) and gives its public half.
      recipients: [
        "age12p5c8c5ajkyyh3hdnsalqyjvft55vp6c3fld826g0fr0zjcwr5fqv60du6",
        "age1seydsa2rz6qmx868he437c88632l7cjlt6sn69p30pesnlcmm9hs77gzrv",
      ],
    },
  },
  datasets: {
    /** Invoice and audit logs are tables of it. */
    invoices: postgres({
      at: "frankfurt",
      category: "invoices",
      owner: "engineering",
      residency: ["eu"],
      database: "invoicing",
      size: "10GiB", // ours
      changes: "1GiB", // ours
      references: [{ to: "certificates", what: "metadata of certificates" }],
      backups: [
        physical({
          schedule: cron("0 1 * * *"), // Backup Strategy › Database Backups: daily; the hour is ours
          keep: "30d", // Backup Strategy › Database Backups
          direct: ["frankfurt", "ireland", "archive"],
        }),
        wal({ within: "5m", keep: "14d", direct: ["frankfurt", "ireland", "archive"] }), // Recovery Procedures › Database Recovery: PITR; figures are ours
        logical({
          schedule: cron("0 3 * * *"), // Backup Strategy › Database Backups: dumps; the hour is ours
          keep: "30d", // Backup Strategy › Database Backups
          direct: ["ireland"],
        }),
        replica({ to: "ireland", lag: "30s" }), // High Availability › Data Replication; the bound is ours
      ],
    }),
    certificates: files({
      at: "frankfurt",
      category: "certificates",
      owner: "security",
      residency: ["eu"],
      store: existing("fs-invoicing-certificates"),
      path: "/var/lib/invoicing/certificates",
      size: "100MiB", // ours
      changes: "1MiB", // ours
      backups: [
        copy({
          schedule: on("change", "10m"),
          keep: { versions: 10 },
          direct: ["frankfurt", "ireland", "archive"],
        }), // Backup Strategy › Certificate Backups; figures are ours
      ],
    }),
    "application-logs": bucket({
      at: "frankfurt",
      category: "logs",
      owner: "engineering",
      residency: ["eu"],
      bucket: "invoicing-logs",
      size: "10GiB", // ours
      changes: "1GiB", // ours
      backups: [
        versions({ within: "5m", keep: "400d", direct: ["frankfurt"], replicated: ["ireland"] }), // Backup Strategy › Log Backups; figures are ours
        copy({
          schedule: every("20m", { runner: "kubernetes", deadline: "5m" }),
          keep: "400d",
          direct: ["archive"],
        }), // Backup Strategy › Log Backups: archive; figures are ours
      ],
    }),
    configuration: configuration({
      at: "frankfurt",
      category: "configuration",
      owner: "engineering",
      residency: ["eu"],
      source: { kind: "secret-manager", reference: "invoicing/environment" },
      size: "1MiB", // ours
      changes: "1MiB", // ours
      backups: [
        copy({ schedule: on("change", "10m"), keep: { versions: 10 }, direct: ["ireland", "archive"] }),
      ], // Recovery Procedures › Application Recovery
    }),
    "infrastructure-state": configuration({
      at: "frankfurt",
      category: "configuration",
      owner: "engineering",
      residency: ["eu"],
      source: { kind: "pulumi-state", reference: "s3://invoicing-state" },
      size: "10MiB", // ours
      changes: "1MiB", // ours
      backups: [
        copy({ schedule: on("change", "10m"), keep: { versions: 10 }, direct: ["ireland", "archive"] }),
      ], // ours
    }),
    sessions: rebuildable({ reason: "users sign in again" }),
  },
  services: {
    app: service({
      image: "invoicing/app",
      needs: ["invoices", "certificates", "configuration"],
      replicas: 3, // High Availability › Application HA: several; how many is ours
    }),
  },
  dns: failover({
    provider: "route53",
    zone: "invoicing.test",
    name: "app.invoicing.test",
    service: "app",
    ttl: "60s", // ours
    check: { every: "10s", failures: 3 }, // ours
  }),
  lease: { witness: "witness" },
  closure: {
    state: { at: ["ireland", "archive"] },
    "state-secrets": { at: ["ireland", "archive"] },
    registry: { at: ["ireland", "archive"] },
    "control-plane": {
      at: ["ireland"],
      outside: "an account at another provider, opened and tried beforehand",
    },
    secrets: { at: ["ireland", "archive"] },
    identity: { at: ["ireland"], outside: "an account at another provider, opened and tried beforehand" },
    plugins: { outside: "kit on the operators' own machines" },
    packages: { outside: "kit on the operators' own machines" },
    "sign-on": { outside: "emergency accounts with keys of their own, in two people's hands" },
  },
  alerts: [
    { on: "job-failed", to: ["oncall"] },
    { on: "verification-failed", to: ["oncall"] },
    { on: "age", after: "30m", to: ["oncall"] }, // ours: before the hour of Recovery Time Objectives › RPO Targets
    { on: "storage", percent: 80, severity: "warning", to: ["operations"] }, // ours
    { on: "lag", after: "5m", severity: "high", to: ["oncall"] }, // High Availability › Data Replication: watched; the bound is ours
  ],
  drills: [
    { kind: "integrity", every: "30d", owner: "operations" }, // Testing › Backup Testing
    { kind: "restore", every: "90d", owner: "operations" }, // Testing › Backup Testing
    { kind: "full", every: "365d", owner: "engineering" }, // Testing › Backup Testing
    { kind: "failover", every: "90d", owner: "engineering", datasets: ["invoices"] }, // Testing › Recovery Testing: database failure; interval is ours
    { kind: "service", every: "90d", owner: "engineering" }, // Testing › Recovery Testing: instance failure; interval is ours
  ],
  people: {
    oncall: { title: "On-call engineer", reach: "pager", duties: ["notices", "decides"] },
    operations: { title: "Operations", reach: "ops@invoicing.test", duties: ["backups", "restores"] },
    engineering: {
      title: "Engineering",
      reach: "engineering@invoicing.test",
      duties: ["application", "database"],
    },
    security: { title: "Security", reach: "security@invoicing.test", duties: ["certificates", "keys"] },
    owner: { title: "Owner of the business", reach: "owner@invoicing.test", duties: ["recovery key"] },
  },
  escalation: ["oncall", "engineering", "security", "owner"],
  dependencies: {
    aws: { what: "Cloud", impact: "nothing runs", contact: "support.aws.amazon.com" },
    issuer: { what: "Issues the certificates", impact: "lost certificates cannot be issued again" },
  },
});
