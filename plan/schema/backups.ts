import { z } from "zod";

import { bytes, isSize, type Size } from "../units.js";
import { duration, shown } from "./fields.js";
import { retention } from "./retention.js";
import { schedule } from "./schedules.js";

/**
 * How copies come about. Points are made by runs of a `schedule`; streams are stored `within` a time and continue
 * a point beneath them; a replica follows its source, mistakes included.
 */

/** A few files of each job are on their way at any moment. */
const leastStaging = 2 ** 28;

const copies = {
  /** Sites the job itself writes to and waits for. */
  direct: z.array(z.string()).min(1, { error: "expected at least one site the job writes to itself" }),
  /** Sites the store copies to later. */
  replicated: z.array(z.string()).default([]),
};
const point = { schedule, keep: retention, ...copies };
const stream = {
  /** The longest something committed waits before it is stored at every direct copy. */
  within: duration,
  keep: retention,
  ...copies,
};

/** A database's files as they are on disk: what archived log replays onto. */
const physical = z.strictObject({
  kind: z.literal("physical"),
  type: z.enum(["full", "differential", "incremental"]).default("full"),
  ...point,
  keep: duration,
});
/** PostgreSQL's write-ahead log. */
const wal = z.strictObject({ kind: z.literal("wal"), ...stream, keep: duration });
/** MySQL's and MariaDB's binary log: continues a dump that names its position. */
const binlog = z.strictObject({ kind: z.literal("binlog"), ...stream, keep: duration });
const jobsRange = {
  error: ({ input }: { input?: unknown }) => `expected a whole number from 2 to 32, got ${shown(input)}`,
};
/** Tables that are dumped side by side, through files on a disk: pg_dump's directory format. */
const parallel = z.strictObject({
  /** How many at once; each is a connection to the server, and one comes on top. */
  jobs: z.int(jobsRange).min(2, jobsRange).max(32, jobsRange),
  /** Room on that disk, at least 256 MiB. A store that is slower than the server makes the server wait. */
  staging: z.custom<Size>((input) => isSize(input) && bytes(input) >= leastStaging, {
    error: ({ input }) => `expected a size from "256MiB" on, got ${shown(input)}`,
  }),
});
/** A dump: portable, restores object by object, nothing replays onto PostgreSQL's. */
const logical = z.strictObject({
  kind: z.literal("logical"),
  /** A role that may only read, or one that sees everything. */
  as: z.enum(["read-only", "owner"]).default("read-only"),
  /** PostgreSQL's only. @default one table after the other, streamed: nothing of it lies on a disk */
  parallel: parallel.optional(),
  ...point,
});
/** What the store itself calls a snapshot: etcd's, RDS', a volume's. */
const snapshot = z.strictObject({ kind: z.literal("snapshot"), ...point });
/** A consistent copy by the engine's own means: SQLite's online backup, restic, PKI, configuration. */
const copy = z.strictObject({ kind: z.literal("copy"), ...point });
/** Appended records are copied as they come; nothing is ever taken away. */
const append = z.strictObject({ kind: z.literal("append"), ...stream });
/** A bucket's own versions, and their replicas. */
const versions = z.strictObject({ kind: z.literal("versions"), ...stream });
/** A second running server that follows. No protection from mistakes: it repeats them. */
const replica = z.strictObject({
  kind: z.literal("replica"),
  to: z.string(),
  /** The longest it stays behind; beyond that an alert fires. Zero when the primary waits for it. */
  lag: duration,
  synchronous: z.boolean().default(false),
});

export const backup = z.discriminatedUnion("kind", [
  physical,
  wal,
  binlog,
  logical,
  snapshot,
  copy,
  append,
  versions,
  replica,
]);

export type Backup = z.output<typeof backup>;
export type BackupKind = Backup["kind"];
export type BackupOf<Kind extends BackupKind> = Extract<Backup, { kind: Kind }>;
export type PhysicalBackup = BackupOf<"physical">;
export type WalBackup = BackupOf<"wal">;
export type Replica = BackupOf<"replica">;
/** A backup that is stored somewhere: everything but a replica. */
export type StoredBackup = Exclude<Backup, Replica>;
/** A backup whose points are made by runs of a schedule. */
export type PointBackup = Extract<Backup, { schedule: unknown }>;
/** A backup that is stored as it comes. */
export type StreamBackup = Extract<Backup, { within: unknown }>;
