import {
  append,
  auditLog,
  awsRegion,
  configuration,
  copy,
  cron,
  definePlan,
  every,
  failover,
  kubernetes,
  logical,
  objectStore,
  on,
  physical,
  postgres,
  rebuildable,
  service,
  wal,
} from "../plan/index.js";

/** The sandbox knows one account. */
const account = "000000000000";

/**
 * A chat service on Kubernetes: one primary region, a pilot-light standby, a witness in a third.
 *
 * The source's hourly log would miss its own RPO, and log on top of dumps gives no point in time: here physical
 * backups carry the log, which is stored within a minute at both sites. Its own figures are in `as-documented/`.
 */
export default definePlan({
  name: "chat",
  source: "seed 002_89c6fecb7764af1f",
  objectives: {
    rpo: "5m", // Overview
    rpoBy: {
      account: { accepted: 'the sandbox knows one account; elsewhere "isolated" belongs to another' },
      provider: { accepted: "no copy leaves AWS: going elsewhere would be a decision, not a recovery" },
    },
    rto: {
      database: "1h", // Overview
      cluster: "1h", // Overview
      region: "1h", // Overview
    },
  },
  identities: {
    deployers: [`arn:aws:iam::${account}:root`],
    breakGlass: [`arn:aws:iam::${account}:role/break-glass`],
  },
  sites: {
    virginia: awsRegion({
      region: "us-east-1",
      account,
      role: "primary",
      cluster: kubernetes({
        context: "us-east-1",
        oidcIssuer: "https://oidc.eks.us-east-1.amazonaws.com/id/SECONDSITE",
      }),
    }),
    oregon: awsRegion({
      region: "us-west-2",
      account,
      role: "standby",
      mode: "pilot-light",
      cluster: kubernetes({
        context: "us-west-2",
        oidcIssuer: "https://oidc.eks.us-west-2.amazonaws.com/id/SECONDSITE",
      }),
    }),
    isolated: objectStore({ provider: "aws", region: "us-west-2", account }),
    witness: objectStore({ provider: "aws", region: "eu-west-1", account }),
  },
  keys: {
    recovery: {
      holders: ["security", "commander"],
      kept: "two sealed envelopes, each in its holder's safe",
      // Examples whose identities nobody kept: each holder makes a key (age-keygen) and gives its public half.
      recipients: [
        "age175n463mx4ellymszfg455h5pz4ulzpatklc03yw3reyl5fcfne8slucr89",
        "age1svv3r6rzunpmdhwe0ljea5kepn4zng24ts04p6luv370ur5cassq50408s",
      ],
    },
  },
  datasets: {
    messages: postgres({
      at: "virginia",
      category: "customer",
      owner: "database",
      database: "chat",
      backups: [
        physical({
          schedule: cron("0 2 * * *"), // Backup Strategy › Full Backups
          keep: "90d", // Backup Strategy › Full Backups
          direct: ["virginia", "oregon"],
          replicated: ["isolated"],
        }),
        wal({ within: "1m", keep: "7d", direct: ["virginia", "oregon"] }), // Backup Strategy › Incremental Backups: hourly there, kept as long
        logical({
          schedule: every("24h", { runner: "kubernetes" }), // Backup Strategy › Full Backups: a dump each day
          keep: "90d", // Backup Strategy › Full Backups
          direct: ["virginia"],
          replicated: ["isolated"],
        }),
      ],
    }),
    "infrastructure-state": configuration({
      at: "virginia",
      category: "customer",
      owner: "infrastructure",
      source: { kind: "pulumi-state", reference: "s3://chat-state" },
      size: "10MiB", // ours
      changes: "1MiB", // ours
      backups: [copy({ schedule: on("change", "4m"), keep: "90d", direct: ["virginia", "oregon"] })], // Appendix › Configuration Files; figures are ours
    }),
    configuration: configuration({
      at: "virginia",
      category: "customer",
      owner: "infrastructure",
      source: { kind: "git", reference: "git@git.chat.test:chat/deploy.git" },
      size: "10MiB", // ours
      changes: "1MiB", // ours
      backups: [copy({ schedule: on("change", "4m"), keep: "90d", direct: ["virginia", "oregon"] })], // Appendix › Configuration Files; figures are ours
    }),
    secrets: configuration({
      at: "virginia",
      category: "customer",
      owner: "security",
      source: { kind: "secret-manager", reference: "chat/credentials" },
      size: "1MiB", // ours
      changes: "1MiB", // ours
      backups: [copy({ schedule: on("change", "4m"), keep: "90d", direct: ["virginia", "oregon"] })], // Restore Procedures › Full Database Restore: credentials; figures are ours
    }),
    /** Log group of CloudWatch with a record of each restore; what else the source writes it to is made from it. */
    "restore-records": auditLog({
      at: "virginia",
      category: "customer",
      owner: "security",
      path: "/chat/restores",
      head: "oregon",
      size: "1GiB", // ours
      changes: "10MiB", // ours
      backups: [append({ within: "1m", keep: "90d", direct: ["virginia", "oregon"] })], // Compliance › Audit Trail; figures are ours
    }),
    "audit-bucket": rebuildable({
      reason: "each restore's record is written to the log group first, which is kept",
    }),
    "cluster-audit-logs": rebuildable({
      reason: "each restore's record is in the log group as well, which is kept",
    }),
    cache: rebuildable({ reason: "derived from messages; filled again on first use" }),
  },
  services: {
    api: service({ needs: ["messages"], image: "chat-api" }),
  },
  dns: failover({
    provider: "route53",
    zone: "chat.test",
    name: "api.chat.test",
    service: "api",
    ttl: "60s", // ours
  }),
  lease: { witness: "witness" },
  closure: {
    state: { at: ["oregon"] },
    "state-secrets": { at: ["oregon"] },
    keys: { at: ["oregon"] },
    registry: { at: ["oregon"] },
    "control-plane": { at: ["oregon"] },
    secrets: { at: ["oregon"] },
    identity: { at: ["oregon"] },
    plugins: { outside: "kit on the operators' own machines" },
    packages: { outside: "kit on the operators' own machines" },
    "sign-on": { outside: "emergency accounts with keys of their own, in two people's hands" },
  },
  alerts: [
    { on: "job-failed", severity: "critical", to: ["oncall"] }, // Monitoring and Alerting › Backup Alerts
    { on: "verification-failed", severity: "high", to: ["oncall"] }, // Monitoring and Alerting › Backup Alerts
    { on: "age", after: "3m", severity: "critical", to: ["oncall"] }, // Monitoring and Alerting › Backup Alerts: 36 hours there, which guard no RPO of minutes
    { on: "storage", percent: 80, severity: "warning", to: ["infrastructure"] }, // Monitoring and Alerting › Backup Alerts
  ],
  metrics: { prefix: "dchat_" }, // Monitoring and Alerting › Metrics
  drills: [
    { kind: "integrity", every: "1d", owner: "database" }, // Backup Strategy › Backup Verification
    { kind: "restore", every: "90d", owner: "database" }, // Testing › Regular DR Drills
    { kind: "region", every: "90d", owner: "infrastructure" }, // Testing › Regular DR Drills
    { kind: "chaos", every: "30d", owner: "infrastructure" }, // Testing › Chaos Engineering
  ],
  people: {
    oncall: { title: "On-call engineer", reach: "PagerDuty", duties: ["first to be called"] }, // Contact Information › Escalation Path
    database: { title: "Database team", reach: "db-oncall@dchat.example.com", duties: ["restores"] }, // Contact Information › Escalation Path
    infrastructure: {
      title: "Infrastructure team",
      reach: "infra-oncall@dchat.example.com",
      duties: ["clusters", "DNS"],
    }, // Contact Information › Escalation Path
    commander: { title: "Incident commander", reach: "+1-555-0100", duties: ["decides", "speaks to users"] }, // Contact Information › Escalation Path
    security: { title: "Security team", reach: "security@dchat.example.com", duties: ["evidence", "keys"] }, // Contact Information › External Contacts
  },
  escalation: ["oncall", "database", "infrastructure", "commander"], // Contact Information › Escalation Path
  dependencies: {
    aws: { what: "Cloud", impact: "both regions are gone", contact: "Enterprise Support, around the clock" }, // Contact Information › External Contacts
    postgresql: {
      what: "Support for the database",
      impact: "corruption takes longer to judge",
      contact: "vendor's support",
    }, // Contact Information › External Contacts
    pagerduty: { what: "Calls people", impact: "nobody is woken" }, // Contact Information › Escalation Path
  },
});
