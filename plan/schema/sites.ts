import { z } from "zod";

import { duration, existing, hostname, jurisdiction, name, period, shown, someSize } from "./fields.js";

/** Where things are. A site belongs to three failure domains: its region or location, its account, its provider. */

const accountId = z.string().regex(/^\d{12}$/, {
  error: ({ input }) => `expected an AWS account id of 12 digits, got ${shown(input)}`,
});
const awsRegionName = z.string().regex(/^[a-z]{2}(?:-[a-z]+)+-\d$/, {
  error: ({ input }) => `expected an AWS region such as "us-east-1", got ${shown(input)}`,
});
const roleArn = z.string().regex(/^arn:aws:iam::\d{12}:role\/\S+$/, {
  error: ({ input }) => `expected the ARN of a role, got ${shown(input)}`,
});
const policyArn = z.string().regex(/^arn:aws:iam::(?:\d{12}|aws):policy\/\S+$/, {
  error: ({ input }) => `expected the ARN of a policy, got ${shown(input)}`,
});

/** What every site states. */
const common = {
  /** Whose law applies there. @default what the provider's region implies, or none */
  jurisdiction: jurisdiction.optional(),
  /** What leaves the site towards others, for each second. */
  upload: someSize.default("100MiB"),
  /** What a restore reads from the site, for each second. */
  download: someSize.default("100MiB"),
};

const role = z.enum(["primary", "standby"]);
/** How much of a standby runs before it is needed. */
const mode = z.enum(["pilot-light", "warm", "active"]);

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
  /** Role that whoever deploys assumes in that account. @default the caller's own identity */
  assume: roleArn.optional(),
  /** Bounds every role that is created there. */
  permissionsBoundary: policyArn.optional(),
  /** Path of every role that is created there. */
  rolePath: z
    .string()
    .regex(/^\/(?:\S+\/)?$/)
    .default("/"),
  tags: z.record(z.string(), z.string()).default({}),
  /** What the site is when nothing has happened. */
  role,
  mode: mode.default("active"),
  cluster: cluster.optional(),
  ...common,
});

export const storeProvider = z.enum([
  "aws",
  "cloudflare",
  "digitalocean",
  "hetzner",
  "linode",
  "minio",
  "vultr",
]);

const objectStore = z.strictObject({
  kind: z.literal("object-store"),
  provider: storeProvider,
  /**
   * MinIO only, which is a program and no provider: who runs the machines it is on, a cloud such as `"hetzner"` or
   * anybody else. `region` and `account` are then that one's.
   *
   * @default nobody else: own hardware, whose `region` is a location, and which no provider can close
   */
  hostedBy: name.optional(),
  region: z.string().min(1),
  /** Who pays and who could lose access: an AWS account id, or a provider's project. */
  account: z.string().min(1),
  assume: roleArn.optional(),
  /** Address of a store that is not AWS's. */
  endpoint: z.url({ protocol: /^https$/ }).optional(),
  bucket: existing.optional(),
  /** A cold tier is cheaper and has to be asked for data beforehand. */
  tier: z.enum(["standard", "cold"]).default("standard"),
  ...common,
});

const vps = z.strictObject({
  kind: z.literal("vps"),
  provider: z.enum(["digitalocean", "hetzner", "linode", "vultr"]),
  region: z.string().min(1),
  /** The provider's project or team. */
  account: z.string().min(1),
  role,
  mode: mode.default("active"),
  servers: z.int().min(1).default(1),
  domain: hostname.optional(),
  ...common,
});

/** Own hardware. */
const premises = z.strictObject({
  kind: z.literal("premises"),
  /** Building or room; what burns down together has one location. */
  location: name,
  role,
  mode: mode.default("active"),
  nodes: z.int().min(1).default(1),
  ...common,
});

/** A directory or a medium that somebody carries: what it holds is as old as the last transfer. */
const media = z.strictObject({
  kind: z.literal("media"),
  location: name,
  /** From the start of one transfer to the start of the next. */
  every: period,
  /** From the start of a transfer until it is imported and checked at the other end. */
  transit: duration,
  /** A medium on the shelf cannot be changed over a network. */
  offline: z.boolean().default(true),
  ...common,
});

export const site = z.discriminatedUnion("kind", [awsRegion, objectStore, vps, premises, media]);

export type Site = z.output<typeof site>;
export type AwsRegionSite = Extract<Site, { kind: "aws-region" }>;
export type ObjectStoreSite = Extract<Site, { kind: "object-store" }>;
export type StoreProvider = z.output<typeof storeProvider>;
