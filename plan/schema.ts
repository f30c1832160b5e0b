import { z } from "zod";

import { type Duration, isDuration, isSize, type Size } from "./units.js";

/**
 * The plan's shape: one schema gives the types, the defaults and the JSON Schema.
 *
 * Unknown fields are refused everywhere: a misspelt `retentoin` must not silently mean "default".
 * What no single field can say (names that have to exist, sites that have to differ) is in `rules.ts`.
 */

export const duration = z.custom<Duration>(isDuration, {
  error: ({ input }) => `expected a duration such as "5m", "24h" or "90d", got ${shown(input)}`,
});
export const size = z.custom<Size>(isSize, {
  error: ({ input }) => `expected a size such as "10GiB", got ${shown(input)}`,
});

/** Names end up in bucket names, Kubernetes names and DNS labels, so they obey the strictest of them. */
export const name = z.string().regex(/^[a-z](?:[a-z0-9-]{0,30}[a-z0-9])?$/, {
  error: ({ input }) =>
    `expected 1 to 32 lower-case letters, digits and inner dashes, starting with a letter, got ${shown(input)}`,
});

const accountId = z.string().regex(/^\d{12}$/, {
  error: ({ input }) => `expected an AWS account id of 12 digits, got ${shown(input)}`,
});
const awsRegionName = z.string().regex(/^[a-z]{2}(?:-[a-z]+)+-\d$/, {
  error: ({ input }) => `expected an AWS region such as "us-east-1", got ${shown(input)}`,
});
const hostname = z.string().regex(/^(?!-)[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+$/, {
  error: ({ input }) => `expected a DNS name such as "api.example.com", got ${shown(input)}`,
});
const cron = z.string().regex(/^\S+(?:\s+\S+){4}$/, {
  error: ({ input }) => `expected a cron expression of five fields such as "0 2 * * *", got ${shown(input)}`,
});

/** Something that exists already: referenced, never changed or deleted. */
export const existing = z.strictObject({ existing: z.string().min(1) });

const cluster = z.strictObject({
  kind: z.literal("kubernetes"),
  /** Context in the operator's kubeconfig. */
  context: z.string().min(1),
  /** Issuer of the cluster's ServiceAccount tokens; web identity trusts it. */
  oidcIssuer: z.url({ protocol: /^https$/ }),
});

const awsRegion = z.strictObject({
  kind: z.literal("aws-region"),
  region: awsRegionName,
  /** Account that owns what is created there. */
  account: accountId,
  /** What the site is when nothing has happened. */
  role: z.enum(["primary", "standby"]),
  /** How much of a standby runs before it is needed. */
  mode: z.enum(["pilot-light", "warm", "active"]).default("active"),
  cluster,
});

const objectStore = z.strictObject({
  kind: z.literal("object-store"),
  provider: z.literal("aws"),
  region: awsRegionName,
  account: accountId,
  bucket: existing.optional(),
});

export const site = z.discriminatedUnion("kind", [awsRegion, objectStore]);

const copies = {
  /** Sites the job itself writes to and waits for. */
  direct: z.array(z.string()).min(1, { error: "expected at least one site the job writes to itself" }),
  /** Sites the store copies to later. */
  replicated: z.array(z.string()).default([]),
};

const physical = z.strictObject({
  kind: z.literal("physical"),
  cron,
  timeZone: z.string().default("UTC"),
  keep: duration,
  /** The run is given up after this long. */
  deadline: duration.default("1h"),
  ...copies,
});

const wal = z.strictObject({
  kind: z.literal("wal"),
  /** The longest a committed transaction waits before its log is stored at every direct copy. */
  within: duration,
  keep: duration,
  ...copies,
});

export const backup = z.discriminatedUnion("kind", [physical, wal]);

const postgres = z.strictObject({
  kind: z.literal("postgres"),
  /** Site where the database runs when nothing has happened. */
  at: z.string(),
  /** Data category; each has its own encryption key. */
  category: name,
  database: z.string().regex(/^[a-z_][a-z0-9_]{0,62}$/, {
    error: ({ input }) => `expected a PostgreSQL database name in lower case, got ${shown(input)}`,
  }),
  /** Volume of the database. */
  volume: size.default("10GiB"),
  backups: z
    .array(backup)
    .min(1, { error: "expected at least one backup; a store without one is declared with rebuildable()" }),
});

const rebuildable = z.strictObject({
  kind: z.literal("rebuildable"),
  /** Why nothing is lost when it is gone. */
  reason: z.string().min(1, { error: "expected a reason why nothing is lost when it is gone" }),
});

export const dataset = z.discriminatedUnion("kind", [postgres, rebuildable]);

const service = z.strictObject({
  /** Datasets it cannot work without. */
  needs: z.array(z.string()).default([]),
  /** Container image; stacks may be given another reference to the same content by site. */
  image: z.string().min(1),
  port: z.int().min(1).max(65_535).default(8080),
  replicas: z.int().min(1).default(2),
  /** Path that answers 200 when the process is up. */
  health: z.string().startsWith("/").default("/health"),
  /** Path that answers 200 only when a write would succeed. */
  deepHealth: z.string().startsWith("/").default("/health/deep"),
});

const dns = z.strictObject({
  provider: z.literal("route53"),
  zone: hostname,
  /** The name users resolve; inside `zone`. */
  name: hostname,
  service: z.string(),
  ttl: duration.default("60s"),
  check: z
    .strictObject({
      /** Route 53 knows 10 s and 30 s. */
      every: z.enum(["10s", "30s"]).default("10s"),
      failures: z.int().min(1).max(10).default(3),
    })
    .prefault({}),
});

const lease = z.strictObject({
  /** Site whose bucket holds the lease; a failure domain of its own. */
  witness: z.string(),
  ttl: duration.default("60s"),
  /** Added to the TTL by whoever waits: clock-rate drift and the time the other side's fence takes. */
  skew: duration.default("5s"),
  /** What the holder does when it cannot reach the witness. */
  onWitnessLoss: z.literal("read-only").default("read-only"),
});

const principal = z.string().regex(/^arn:aws:iam::\d{12}:(?:root|(?:role|user)\/\S+)$/, {
  error: ({ input }) => `expected the ARN of a role, a user or an account's root, got ${shown(input)}`,
});

const identities = z.strictObject({
  /** Who may change the configuration of vaults: the role that runs `pulumi up`. */
  deployers: z.array(principal).min(1),
  /** Who may delete versions and end keys, and only in an emergency. */
  breakGlass: z.array(principal).min(1),
});

/** A plan as JSON. */
export const planSchema = z.strictObject({
  name,
  /** Globally unique start of bucket names. @default the plan's name */
  bucketPrefix: name.optional(),
  objectives: z.strictObject({
    rpo: duration,
    rto: z.strictObject({
      service: duration.optional(),
      database: duration.optional(),
      region: duration.optional(),
      catastrophe: duration.optional(),
    }),
  }),
  identities,
  sites: z.record(name, site),
  datasets: z.record(name, dataset),
  services: z.record(name, service).default({}),
  dns: dns.optional(),
  lease: lease.optional(),
});

export type PlanInput = z.input<typeof planSchema>;
export type Plan = z.output<typeof planSchema>;
export type Site = z.output<typeof site>;
export type AwsRegionSite = Extract<Site, { kind: "aws-region" }>;
export type ObjectStoreSite = Extract<Site, { kind: "object-store" }>;
export type Dataset = z.output<typeof dataset>;
export type PostgresDataset = Extract<Dataset, { kind: "postgres" }>;
export type Backup = z.output<typeof backup>;
export type PhysicalBackup = Extract<Backup, { kind: "physical" }>;
export type WalBackup = Extract<Backup, { kind: "wal" }>;
export type Service = z.output<typeof service>;

function shown(input: unknown): string {
  return input === undefined ? "nothing" : JSON.stringify(input);
}
