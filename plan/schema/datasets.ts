import { z } from "zod";

import { type Backup, backup } from "./backups.js";
import { because, existing, jurisdiction, name, shown, size, someSize } from "./fields.js";

/** What must survive. */

const reference = z.strictObject({
  /** The dataset that is pointed at: it has to be restored at least as new as this one. */
  to: z.string(),
  /** What points, for people. */
  what: z.string().optional(),
});

const common = {
  /** Site where it lives when nothing has happened. */
  at: z.string(),
  /** Data category; each has its own encryption key. */
  category: name,
  /** Class of objectives that applies; see `objectives.classes`. @default the plan's own objectives */
  class: name.optional(),
  /** How much there is; a full copy moves all of it. */
  size: someSize.default("10GiB"),
  /** How much of it changes in a day; an incremental copy and a day's log move this much. `"0B"`: only events change it. */
  changes: size.default("1GiB"),
  /** Jurisdictions outside of which no copy, replica, restore, drill or key of it may be. @default anywhere */
  residency: z.array(jurisdiction).min(1).optional(),
  /** Never leaves its region; copies marked offsite stay in its jurisdiction. */
  regional: z.boolean().default(false),
  /** Which other datasets it points at. */
  references: z.array(reference).default([]),
  /** Who answers for it; see `people`. */
  owner: z.string().optional(),
  /** It is there already: referenced, never changed or deleted. */
  store: existing.optional(),
  backups: z
    .array(backup)
    .min(1, { error: "expected at least one backup; a store without one is declared with rebuildable()" }),
};

const postgres = z.strictObject({
  kind: z.literal("postgres"),
  ...common,
  /** Who runs the server. */
  runs: z.enum(["kubernetes", "server", "rds", "aurora"]).default("kubernetes"),
  database: z.string().regex(/^[a-z_][a-z0-9_]{0,62}$/, {
    error: ({ input }) => `expected a PostgreSQL database name in lower case, got ${shown(input)}`,
  }),
  /** Volume of the database. */
  volume: someSize.default("10GiB"),
});
const mysql = z.strictObject({
  kind: z.literal("mysql"),
  ...common,
  flavour: z.enum(["mysql", "mariadb"]).default("mysql"),
  database: z.string().min(1).max(64),
});
const path = z.string().min(1);
const sqlite = z.strictObject({ kind: z.literal("sqlite"), ...common, path });
const auditLog = z.strictObject({
  kind: z.literal("audit-log"),
  ...common,
  path,
  /** Where the chain's head is kept apart, so that a cut-off tail is noticed. */
  head: z.string(),
});
const raft = z.strictObject({ kind: z.literal("raft"), ...common, path });
const pki = z.strictObject({
  kind: z.literal("pki"),
  ...common,
  /** A root stays offline, after a restore too. */
  offline: z.boolean().default(true),
});
const files = z.strictObject({
  kind: z.literal("files"),
  ...common,
  path,
  /** Encrypted already by keys that are another dataset. */
  keys: z.string().optional(),
});
const bucket = z.strictObject({ kind: z.literal("bucket"), ...common, bucket: z.string().min(1) });
const configuration = z.strictObject({
  kind: z.literal("configuration"),
  ...common,
  /** Where it is written down: a repository, a secret manager, a folder. */
  source: z.strictObject({
    kind: z.enum(["git", "secret-manager", "folder", "pulumi-state"]),
    reference: z.string().min(1),
  }),
});
const wallet = z.strictObject({ kind: z.literal("wallet"), ...common, path });

/** A store that needs no backup. */
const rebuildable = z.strictObject({
  kind: z.literal("rebuildable"),
  /** Why nothing is lost when it is gone. */
  reason: because("why nothing is lost when it is gone"),
});

export const dataset = z.discriminatedUnion("kind", [
  postgres,
  mysql,
  sqlite,
  auditLog,
  raft,
  pki,
  files,
  bucket,
  configuration,
  wallet,
  rebuildable,
]);

export type Dataset = z.output<typeof dataset>;
export type DatasetKind = Dataset["kind"];
export type DatasetOf<Kind extends DatasetKind> = Extract<Dataset, { kind: Kind }>;
export type PostgresDataset = DatasetOf<"postgres">;
/** A dataset that is backed up: everything but what is rebuilt. */
export type KeptDataset = Exclude<Dataset, { kind: "rebuildable" }>;
export type KeptKind = KeptDataset["kind"];

/** What each kind of dataset can be backed up with. */
export const methods = {
  postgres: ["physical", "wal", "logical", "snapshot", "replica"],
  mysql: ["logical", "binlog", "snapshot", "replica"],
  sqlite: ["copy", "append"],
  "audit-log": ["append", "copy"],
  raft: ["snapshot"],
  pki: ["copy"],
  files: ["copy", "append"],
  bucket: ["versions", "copy"],
  configuration: ["copy"],
  wallet: ["copy"],
} as const satisfies Record<KeptKind, readonly Backup["kind"][]>;
