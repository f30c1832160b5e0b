import {
  append,
  binlog,
  configuration,
  copy,
  cron,
  definePlan,
  every,
  failover,
  files,
  logical,
  mysql,
  objectStore,
  on,
  physical,
  postgres,
  rebuildable,
  replica,
  service,
  vps,
  wal,
  wallet,
} from "../plan/index.js";

/** The store beside the primary. */
const home = ["store-eu"];
/** One store in each region that serves. */
const allRegions = ["store-eu", "store-us", "store-ap"];
/** Encrypted, with somebody whom no server of ours can reach. */
const offsite = "offsite";

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
  direct: [...allRegions, offsite],
});

/** What a drill may restore at a standby: all but what never leaves its region. */
const restorableAbroad = [
  "auth",
  "ghost",
  "mautic",
  "ghost-content",
  "mautic-assets",
  "uploads",
  "configuration",
  "secrets",
  "chain-state",
  "wallets",
  "contracts",
];

/**
 * Microservices on rented servers of three providers in three regions.
 *
 * Streams close what the source's hourly and daily copies leave open; those alone are in `as-documented/`.
 */
export default definePlan({
  name: "mesh",
  source: "seed 003_137c321ec0f9fb1f",
  objectives: {
    rpo: "24h", // Testing and Verification › Verification Procedures: the loosest class, for what has none
    classes: {
      authentication: { rpo: "5m" }, // Testing and Verification › Verification Procedures
      transactions: { rpo: "5m" }, // Testing and Verification › Verification Procedures
      content: { rpo: "1h" }, // Testing and Verification › Verification Procedures
      analytics: {
        rpo: "24h", // Testing and Verification › Verification Procedures
        rpoBy: {
          region: { accepted: "it never leaves its region, so it goes with it" }, // Privacy and Security Considerations
          account: { accepted: "its only store is its region's" }, // Backup Strategy › Database Backups
          provider: { accepted: "its only store is its region's" }, // Backup Strategy › Database Backups
        },
      },
    },
    rto: {
      service: "5m", // Testing and Verification › Verification Procedures
      database: "15m", // Testing and Verification › Verification Procedures
      region: "1h", // Testing and Verification › Verification Procedures
      catastrophe: "24h", // Testing and Verification › Verification Procedures
    },
  },
  recovery: {
    notice: "1m", // ours: Prometheus' alerts ring
    decision: "2m", // ours: on-call has a runbook
    provisioning: "3m", // ours: a server from an image
  },
  identities: {
    deployers: ["arn:aws:iam::555555555555:role/deploy"],
    breakGlass: ["arn:aws:iam::555555555555:role/break-glass"],
  },
  sites: {
    europe: vps({
      provider: "hetzner",
      region: "fsn1",
      account: "mesh",
      jurisdiction: "eu",
      role: "primary",
      servers: 3, // ours
    }),
    america: vps({
      provider: "digitalocean",
      region: "nyc3",
      account: "mesh",
      jurisdiction: "us",
      role: "standby",
      mode: "warm",
      servers: 3, // ours: as many as the primary
    }),
    asia: vps({
      provider: "vultr",
      region: "nrt",
      account: "mesh",
      jurisdiction: "jp",
      role: "standby",
      mode: "pilot-light",
      servers: 3, // ours: as many as the primary
    }),
    "store-eu": objectStore({
      provider: "hetzner",
      region: "fsn1",
      account: "mesh",
      endpoint: "https://fsn1.your-objectstorage.com",
      jurisdiction: "eu",
    }),
    "store-us": objectStore({
      provider: "digitalocean",
      region: "nyc3",
      account: "mesh",
      endpoint: "https://nyc3.digitaloceanspaces.com",
      jurisdiction: "us",
    }),
    "store-ap": objectStore({
      provider: "vultr",
      region: "nrt",
      account: "mesh",
      endpoint: "https://nrt1.vultrobjects.com",
      jurisdiction: "jp",
    }),
    offsite: objectStore({
      provider: "aws",
      region: "eu-west-3",
      account: "555555555555",
      jurisdiction: "eu",
    }),
    /** Cold tier at another provider, in another country. */
    cold: objectStore({
      provider: "aws",
      region: "eu-central-1",
      account: "555555555555",
      jurisdiction: "eu",
      tier: "cold",
    }),
    witness: objectStore({
      provider: "cloudflare",
      region: "weur",
      account: "mesh-witness",
      endpoint: "https://mesh-witness.r2.cloudflarestorage.com",
      jurisdiction: "eu",
    }),
  },
  keys: {
    provider: "age",
    rotation: "180d", // Privacy and Security Considerations: rotated by a schedule; how often is ours
    recovery: {
      holders: ["security", "director"],
      kept: "two hardware tokens, each in its holder's bank",
      // Examples whose identities nobody kept: each holder makes a key (age-keygen) and gives its public half.
      recipients: [
        "age1uwsd3smlqvuxe5gvljexw69ezftg96g4gws0495axvpv75jngsxsamlnme",
        "age1me3y0k5law7dmzh5cpmr6jd4dr707udy857rw97erepfjxk469pssar49q",
      ],
    },
  },
  datasets: {
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
    "ghost-content": files({
      at: "europe",
      category: "content",
      class: "content",
      owner: "publishing",
      path: "/srv/ghost/content",
      size: "20GiB", // ours
      changes: "500MiB", // ours
      backups: [
        copy({
          schedule: every("20m", { deadline: "10m" }), // Backup Strategy › File System Backups: daily there; the content class asks for an hour
          keep: "30d", // Backup Strategy › File System Backups
          direct: [...allRegions, offsite], // Backup Strategy › File System Backups
        }),
      ],
    }),
    "mautic-assets": files({
      at: "europe",
      category: "marketing",
      class: "content",
      owner: "publishing",
      path: "/srv/mautic/media",
      size: "10GiB", // ours
      changes: "200MiB", // ours
      backups: [
        copy({
          schedule: every("20m", { deadline: "10m" }), // Backup Strategy › File System Backups: daily there; the content class asks for an hour
          keep: "30d", // Backup Strategy › File System Backups
          direct: [...allRegions, offsite], // Backup Strategy › File System Backups
        }),
      ],
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
      backups: [
        copy({ schedule: on("change", "10m"), keep: { versions: 10 }, direct: [...allRegions, offsite] }),
      ], // Backup Strategy › File System Backups
    }),
    secrets: configuration({
      at: "europe",
      category: "secrets",
      owner: "security",
      source: { kind: "secret-manager", reference: "vault.mesh.test/mesh" },
      size: "1MiB", // ours
      changes: "1MiB", // ours
      backups: [
        copy({ schedule: on("change", "10m"), keep: { versions: 10 }, direct: ["store-us", offsite] }),
      ], // Documentation and Training: credentials stored securely
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
    "chain-state": files({
      at: "europe",
      category: "chain",
      class: "transactions",
      owner: "platform",
      path: "/srv/chain/state",
      size: "20GiB", // ours
      changes: "1GiB", // ours
      backups: [
        copy({
          schedule: cron("10 * * * *", { runner: "systemd", deadline: "30m" }), // Backup Strategy › Blockchain Data
          keep: "7d", // Backup Strategy › Blockchain Data
          direct: [...allRegions, offsite], // Backup Strategy › Blockchain Data; offsite is ours: a catastrophe takes all regions
        }),
        append({ within: "1m", keep: "7d", direct: ["store-eu", "store-us"] }), // ours: what hourly copies leave open for the class
      ],
    }),
    wallets: wallet({
      at: "europe",
      category: "wallets",
      class: "transactions",
      owner: "security",
      path: "/srv/chain/wallets",
      size: "10MiB", // ours
      changes: "1MiB", // ours
      backups: [
        copy({
          schedule: cron("55 1 * * *", { runner: "systemd" }),
          keep: "forever",
          direct: [offsite, "cold"],
        }), // Backup Strategy › Blockchain Data
        copy({ schedule: on("change", "2m"), keep: "forever", direct: [offsite, "store-us"] }), // ours: what daily copies leave open for the class
      ],
    }),
    contracts: files({
      at: "europe",
      category: "contracts",
      owner: "platform",
      path: "/srv/chain/contracts",
      size: "1GiB", // ours
      changes: "10MiB", // ours
      backups: [
        copy({ schedule: on("change", "10m"), keep: { versions: "all" }, direct: [...allRegions, offsite] }), // Backup Strategy › Blockchain Data: on deployment, which is when they change
      ],
    }),
    images: rebuildable({
      reason: "service images are built again from their sources, and each region's registry has them",
    }),
  },
  services: {
    auth: service({ image: "mesh/auth", needs: ["auth", "configuration", "secrets"] }),
    ghost: service({
      image: "mesh/ghost",
      needs: ["ghost", "ghost-content", "uploads"],
      after: ["auth"],
    }),
    chain: service({ image: "mesh/chain", needs: ["chain-state", "wallets", "contracts"], after: ["auth"] }),
    mautic: service({
      image: "mesh/mautic",
      needs: ["mautic", "mautic-assets"],
      after: ["auth"],
      critical: false,
    }),
    analytics: service({ image: "mesh/analytics", needs: ["analytics"], after: ["auth"], critical: false }),
  },
  dns: failover({
    provider: "cloudflare",
    subscription: "business",
    zone: "mesh.test",
    name: "www.mesh.test",
    service: "ghost",
    ttl: "60s", // ours
    check: { every: "30s", failures: 2 }, // ours
  }),
  lease: { witness: "witness" },
  closure: {
    state: { at: ["store-us", "offsite"] },
    "state-secrets": { outside: "passphrase on both hardware tokens" },
    registry: { at: ["store-us", "offsite"] },
    "control-plane": { at: ["america", "asia"] },
    secrets: { at: ["store-us", "offsite"] },
    identity: {
      at: ["america", "asia"],
      outside: "an account at another provider, opened and tried beforehand",
    },
    plugins: { outside: "kit on the operators' own machines" },
    packages: { outside: "kit on the operators' own machines" },
    "sign-on": { outside: "emergency accounts with keys of their own, in two people's hands" },
  },
  access: {
    backup: { writes: ["europe"] },
    "recovery-lead": {
      deletes: ["store-eu", "store-us", "store-ap", "offsite", "cold"],
      multiFactor: true, // Privacy and Security Considerations
      reviewed: "90d", // Privacy and Security Considerations: reviewed regularly; how often is ours
    },
  },
  alerts: [
    { on: "job-failed", to: ["operations"] },
    { on: "verification-failed", to: ["operations"] },
    { on: "age", after: "3m", datasets: ["auth", "chain-state"], to: ["operations"] }, // ours: before the class's five minutes
    {
      on: "age",
      after: "45m",
      datasets: ["ghost", "ghost-content", "mautic-assets", "uploads"],
      to: ["operations"],
    }, // ours: before the class's hour
    { on: "age", after: "18h", datasets: ["mautic", "analytics", "logs"], to: ["operations"] }, // ours: before the class's day
    { on: "age", datasets: ["configuration", "secrets", "contracts", "wallets"], to: ["operations"] }, // ours
    { on: "storage", percent: 80, severity: "warning", to: ["operations"] }, // ours
    { on: "lag", after: "2m", severity: "high", to: ["operations"] }, // Disaster Recovery Procedures › Scenario 2; the bound is ours
    { on: "query-time", severity: "warning", to: ["operations"] }, // Disaster Recovery Procedures › Scenario 2
    { on: "error-rate", percent: 5, severity: "high", to: ["operations"] }, // Disaster Recovery Procedures › Scenario 1; the bound is ours
  ],
  drills: [
    { kind: "integrity", every: "1d", owner: "operations" }, // Testing and Verification › Verification Procedures: after each backup
    { kind: "restore", every: "7d", owner: "operations" }, // Testing and Verification › Regular Testing Schedule
    { kind: "failover", every: "30d", owner: "operations" }, // Testing and Verification › Regular Testing Schedule
    { kind: "region", every: "90d", owner: "operations", datasets: restorableAbroad }, // Testing and Verification › Regular Testing Schedule
    { kind: "full", every: "182d", owner: "director", datasets: restorableAbroad }, // Testing and Verification › Regular Testing Schedule
    { kind: "cold-storage", every: "90d", owner: "operations", datasets: ["uploads", "wallets"] }, // Backup Implementation › File System Backup Process
    { kind: "training", every: "90d", owner: "director" }, // Documentation and Training
  ],
  people: {
    operations: { title: "Operations", reach: "ops@mesh.test", duties: ["answers alerts", "drills"] },
    platform: { title: "Platform team", reach: "platform@mesh.test", duties: ["authentication", "chain"] },
    publishing: { title: "Publishing team", reach: "publishing@mesh.test", duties: ["content", "marketing"] },
    security: { title: "Security", reach: "security@mesh.test", duties: ["keys", "wallets"] },
    director: {
      title: "Director",
      reach: "+49 30 0000000",
      duties: ["declares a catastrophe", "informs users"],
    },
  },
  escalation: ["operations", "platform", "security", "director"],
  dependencies: {
    hetzner: {
      what: "Servers in Europe",
      impact: "the primary is gone; America takes over",
      contact: "console.hetzner.com",
    },
    digitalocean: {
      what: "Servers in America",
      impact: "the first standby is gone",
      contact: "cloud.digitalocean.com",
    },
    vultr: { what: "Servers in Asia", impact: "the second standby is gone", contact: "my.vultr.com" },
    registrar: { what: "Domain", impact: "the name cannot be moved to other name servers" },
    dns: { what: "Name servers and failover", impact: "users stay with the lost region" },
    cdn: { what: "Content delivery", impact: "pages are slower" },
    payments: { what: "Payment processor", impact: "nobody can pay" },
    email: { what: "E-mail delivery", impact: "neither sign-in mails nor newsletters leave" },
  },
});
