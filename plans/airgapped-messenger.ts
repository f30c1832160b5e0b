import { definePlan, media, premises, service } from "../plan/index.js";
import { datasets } from "./airgapped-messenger/datasets.js";

/**
 * A messenger on its own hardware, without cloud or network to the outside: three nodes and a vault in one building,
 * a second site that somebody carries media to. Backups are encrypted to age recipients.
 *
 * What the source's own schedule misses, and why, is in `as-documented/`.
 */
export default definePlan({
  name: "messenger",
  source: "seed 000_044f998f48cab4d3",
  objectives: {
    rpo: "1h", // Objectives
    rpoBy: {
      region: "27h", // Data Center / Site Loss: what the transfer interval makes of it
      account: "27h", // ours: own hardware, so the same as losing the site
      provider: "27h", // ours: own hardware, so the same as losing the site
    },
    rto: {
      node: "4h", // Objectives: a node is no slower than the cluster
      cluster: "4h", // Objectives
      region: "4h", // Data Center / Site Loss: the same as the cluster, at the second site
    },
  },
  recovery: {
    notice: "5m", // ours: alerts ring at the watch, which is staffed
    decision: "30m", // ours: somebody walks to the other room
    provisioning: "1h", // ours: spare nodes stand in the rack, powered off
  },
  sites: {
    hall: premises({
      location: "headquarters",
      jurisdiction: "de",
      role: "primary",
      nodes: 3, // ours: the smallest cluster that elects a leader with one node down
    }),
    /** Another room, other hardware: what a dead node or disk does not take. */
    vault: premises({
      location: "headquarters",
      jurisdiction: "de",
      role: "standby",
      mode: "pilot-light",
      nodes: 3, // Full Cluster Loss: the same number of nodes or more
    }),
    bunker: premises({
      location: "bunker",
      jurisdiction: "de",
      role: "standby",
      mode: "pilot-light",
      nodes: 3, // Full Cluster Loss: the same number of nodes or more
    }),
    carried: media({
      location: "bunker",
      jurisdiction: "de",
      every: "24h", // Data Center / Site Loss: periodic transfer, how often is ours
      transit: "2h", // ours: the drive, the import and its checks
    }),
    /** Keys lie apart from what they open. */
    strongroom: premises({
      location: "headquarters",
      jurisdiction: "de",
      role: "standby",
      mode: "pilot-light",
      nodes: 1, // ours: a machine that only holds keys
    }),
    safe: media({
      location: "notary",
      jurisdiction: "de",
      every: "24h", // ours: with the other transfer
      transit: "2h", // ours: the drive, the import and its checks
    }),
  },
  keys: {
    provider: "age",
    rotation: "365d", // ours
    recovery: {
      holders: ["security", "custodian"],
      kept: "two sealed envelopes, one in each holder's own safe",
      // Examples whose identities nobody kept: each holder makes a key (age-keygen) and gives its public half.
      recipients: [
        "age1j7vl5zdrh6eq738w2m7j45uljcean7gxn2e4tl3dmxwj5wecz48s5wt5w3",
        "age1rlw9zxmefltn72yt220eqey9haqe6tlcllje0nphs2nzfzsc7ugsckuqsz",
      ],
    },
    categories: {
      files: { at: ["vault", "carried"] },
      "file-keys": { at: ["strongroom", "safe"] },
      pki: { at: ["strongroom", "safe"] },
    },
  },
  datasets,
  services: {
    discovery: service({ image: "messenger/discovery", needs: ["raft"], replicas: 3 }), // ours: one a node
    auth: service({ image: "messenger/auth", needs: ["auth", "authority", "secrets"], after: ["discovery"] }),
    messaging: service({
      image: "messenger/messaging",
      needs: ["messaging", "channels", "configuration"],
      after: ["auth"],
    }),
    transfer: service({ image: "messenger/file-transfer", needs: ["files", "file-keys"], after: ["auth"] }),
    audit: service({ image: "messenger/audit", needs: ["audit"], after: ["auth"] }),
  },
  closure: {
    state: { at: ["bunker"] },
    "state-secrets": { at: ["bunker"] },
    keys: { outside: "age identities at both holders of the recovery key" },
    registry: { at: ["bunker"] },
    "control-plane": { at: ["bunker"] },
    secrets: { at: ["bunker"] },
    identity: { at: ["bunker"] },
    plugins: { at: ["bunker"] },
    packages: { at: ["bunker"] },
    "sign-on": { at: ["bunker"] },
  },
  access: {
    capture: { writes: ["hall"] },
    custodian: { deletes: ["vault", "carried", "strongroom", "safe"], multiFactor: true, reviewed: "90d" }, // ours
  },
  alerts: [
    { on: "job-failed", to: ["watch"] },
    { on: "verification-failed", to: ["watch"] },
    { on: "age", after: "45m", to: ["watch"] }, // ours: before Objectives' hour is lost
    { on: "storage", percent: 80, severity: "warning", to: ["platform"] }, // ours
  ],
  drills: [
    { kind: "integrity", every: "1d", owner: "platform" }, // ours: Testing names no interval
    { kind: "restore", every: "30d", owner: "platform" }, // ours: Testing says periodically
    { kind: "failover", every: "30d", owner: "platform" }, // ours: Testing names a leader or a node killed, no interval
    { kind: "full", every: "182d", owner: "operations" }, // ours: Testing names no interval
  ],
  people: {
    watch: { title: "Watch officer", reach: "internal line 1", duties: ["notices", "calls the next"] },
    platform: {
      title: "Platform owner",
      reach: "internal line 2",
      duties: ["node recovery", "restore drills"],
    },
    operations: {
      title: "Head of operations",
      reach: "internal line 3",
      duties: ["cluster recovery", "site recovery"],
    },
    security: {
      title: "Security officer",
      reach: "internal line 4",
      duties: ["authority", "keys", "audit log"],
    },
    custodian: {
      title: "Custodian of the media",
      reach: "internal line 5",
      duties: ["transfers", "recovery key"],
    },
  },
  escalation: ["watch", "platform", "operations", "security"],
  dependencies: {
    courier: {
      what: "Carries the media",
      impact: "the second site falls behind by a transfer",
      contact: "internal line 5",
    },
  },
});
