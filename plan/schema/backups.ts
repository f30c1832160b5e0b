import { z } from "zod";

import { duration } from "./fields.js";
import { retention } from "./retention.js";
import { schedule } from "./schedules.js";

/**
 * How copies come about. Points are made by runs of a `schedule`; streams are stored `within` a time and continue
 * a point beneath them; a replica follows its source, mistakes included.
 */

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
/** A dump: portable, restores object by object, nothing replays onto PostgreSQL's. */
const logical = z.strictObject({
  kind: z.literal("logical"),
  /** A role that may only read, or one that sees everything. */
  as: z.enum(["read-only", "owner"]).default("read-only"),
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
