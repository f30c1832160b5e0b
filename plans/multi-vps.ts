import { definePlan, failover, rebuildable, service } from "../plan/index.js";
import { chain } from "./multi-vps/chain.js";
import { databases } from "./multi-vps/databases.js";
import { trees } from "./multi-vps/files.js";
import { dependencies, escalation, people } from "./multi-vps/people.js";
import { sites } from "./multi-vps/sites.js";
import { alerts, drills } from "./multi-vps/watch.js";

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
  sites,
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
    ...databases,
    ...trees,
    ...chain,
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
  alerts,
  drills,
  people,
  escalation,
  dependencies,
});
