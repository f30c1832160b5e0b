import { z } from "zod";

import { duration, hostname } from "./fields.js";

/** Who uses the data, how users find it, and who may write. */

export const service = z.strictObject({
  /** Datasets it cannot work without. */
  needs: z.array(z.string()).default([]),
  /** Services that have to be healthy before it starts. */
  after: z.array(z.string()).default([]),
  /** Sites it runs at when nothing has happened. @default the primary */
  at: z.array(z.string()).optional(),
  /** How many minutes count: critical services are brought back first. */
  critical: z.boolean().default(true),
  /** Container image; stacks may be given another reference to the same content by site. */
  image: z.string().min(1),
  /** A Helm chart that deploys it. */
  chart: z.string().optional(),
  port: z.int().min(1).max(65_535).default(8080),
  replicas: z.int().min(1).default(2),
  /** Path that answers 200 when the process is up. */
  health: z.string().startsWith("/").default("/health"),
  /** Path that answers 200 only when a write would succeed. */
  deepHealth: z.string().startsWith("/").default("/health/deep"),
  /** From started to healthy. */
  startup: duration.default("30s"),
});

/** What `dns` has where it does not say; cross-checks know it too. */
export const defaultCheck = { every: "10s", subscription: "pro" } as const;

export const dns = z.strictObject({
  provider: z.enum(["route53", "cloudflare"]),
  /** Cloudflare: what is subscribed to; it decides how often health can be checked. */
  subscription: z.enum(["pro", "business", "enterprise"]).default(defaultCheck.subscription),
  zone: hostname,
  /** The name users resolve; inside `zone`. */
  name: hostname,
  service: z.string(),
  ttl: duration.default("60s"),
  check: z
    .strictObject({
      /** Route 53 knows 10 s and 30 s; Cloudflare 60 s and more, 15 s with Business, 10 s with Enterprise. */
      every: z.enum(["10s", "30s", "60s"]).default(defaultCheck.every),
      failures: z.int().min(1).max(10).default(3),
    })
    .prefault({}),
});

export const lease = z.strictObject({
  /** Site whose bucket holds the lease; a failure domain of its own. */
  witness: z.string(),
  ttl: duration.default("60s"),
  /** Added to the TTL by whoever waits: clock-rate drift and the time the other side's fence takes. */
  skew: duration.default("5s"),
  /** What the holder does when it cannot reach the witness. */
  onWitnessLoss: z.literal("read-only").default("read-only"),
});

export type Service = z.output<typeof service>;
