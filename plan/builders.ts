import type { z } from "zod";

import type {
  BackupKind,
  backup,
  DatasetKind,
  dataset,
  KeptKind,
  methods,
  PlanInput,
  schedule,
  site,
} from "./schema/index.js";

/** Words a plan is written with. Each names its kind, so that a misfit is the compiler's to find. */

type SiteInput<Kind> = Omit<Extract<z.input<typeof site>, { kind: Kind }>, "kind">;
type Written<Kind extends DatasetKind> = Omit<Extract<z.input<typeof dataset>, { kind: Kind }>, "kind">;
/** Backups that this kind of dataset can have: log of a database that has none is a mistake the compiler names. */
type BackupsOf<Kind extends KeptKind> = Extract<
  z.input<typeof backup>,
  { kind: (typeof methods)[Kind][number] }
>[];
type DatasetInput<Kind extends DatasetKind> = Kind extends KeptKind
  ? Omit<Written<Kind>, "backups"> & { backups: BackupsOf<Kind> }
  : Written<Kind>;
type BackupInput<Kind extends BackupKind> = Omit<Extract<z.input<typeof backup>, { kind: Kind }>, "kind">;
type ScheduleInput<Kind> = Omit<Extract<z.input<typeof schedule>, { kind: Kind }>, "kind">;
type Cluster = Omit<NonNullable<SiteInput<"aws-region">["cluster"]>, "kind">;

const site_ =
  <Kind extends z.input<typeof site>["kind"]>(kind: Kind) =>
  (where: SiteInput<Kind>) =>
    ({ kind, ...where }) as const;
const dataset_ =
  <Kind extends DatasetKind>(kind: Kind) =>
  (data: DatasetInput<Kind>) =>
    ({ kind, ...data }) as const;
const backup_ =
  <Kind extends BackupKind>(kind: Kind) =>
  (made: BackupInput<Kind>) =>
    ({ kind, ...made }) as const;

/** A whole AWS region: cluster, vault and keys. */
export const awsRegion = site_("aws-region");
/** A bucket on its own, for example the witness or an isolated account. */
export const objectStore = site_("object-store");
/** Servers at one of the providers of virtual machines. */
export const vps = site_("vps");
/** Own hardware at one location. */
export const premises = site_("premises");
/** A directory or a medium that is carried to another location. */
export const media = site_("media");

/** A Kubernetes cluster that is there already. */
export const kubernetes = (cluster: Cluster) => ({ kind: "kubernetes", ...cluster }) as const;
/** Something that is there already: referenced, never changed or deleted. */
export const existing = (identity: string) => ({ existing: identity }) as const;

/** A PostgreSQL database. */
export const postgres = dataset_("postgres");
/** A MySQL or MariaDB database. */
export const mysql = dataset_("mysql");
/** A SQLite database. */
export const sqlite = dataset_("sqlite");
/** An append-only log whose records are chained by hashes. */
export const auditLog = dataset_("audit-log");
/** The data of a Raft cluster. */
export const raft = dataset_("raft");
/** A certificate authority and what it issued. */
export const pki = dataset_("pki");
/** A tree of files. */
export const files = dataset_("files");
/** Objects in a bucket that the application itself uses. */
export const bucket = dataset_("bucket");
/** Configuration and secrets, written down elsewhere. */
export const configuration = dataset_("configuration");
/** Keys to something that nobody can issue again. */
export const wallet = dataset_("wallet");
/** A store that needs no backup, with the reason. */
export const rebuildable = dataset_("rebuildable");

/** At times of the clock, in a time zone. */
export const cron = (expression: string, more: Omit<ScheduleInput<"cron">, "cron"> = {}) =>
  ({ kind: "cron", cron: expression, ...more }) as const;
/** Again and again, this far apart. */
export const every = (
  interval: ScheduleInput<"interval">["every"],
  more: Omit<ScheduleInput<"interval">, "every"> = {},
) => ({ kind: "interval", every: interval, ...more }) as const;
/** When something happens. */
export const on = (event: ScheduleInput<"event">["on"], within: ScheduleInput<"event">["within"]) =>
  ({ kind: "event", on: event, within }) as const;

/** A database's files as they are: the base that archived log replays onto. */
export const physical = backup_("physical");
/** Archived write-ahead log: with a physical backup, any moment of the last `keep` can be restored. */
export const wal = backup_("wal");
/** Archived binary log: with a dump, any moment of the last `keep` can be restored. */
export const binlog = backup_("binlog");
/** A dump. */
export const logical = backup_("logical");
/** What the store itself calls a snapshot. */
export const snapshot = backup_("snapshot");
/** A consistent copy by the engine's own means. */
export const copy = backup_("copy");
/** Appended records, copied as they come. */
export const append = backup_("append");
/** A bucket's own versions. */
export const versions = backup_("versions");
/** A second server that follows. */
export const replica = backup_("replica");

/** A service users reach. */
export const service = (deployed: NonNullable<PlanInput["services"]>[string]) => deployed;
/** DNS that follows health: the standby is answered while the primary's checked endpoint fails. */
export const failover = (record: NonNullable<PlanInput["dns"]>) => record;
