import type { z } from "zod";

import type { backup, dataset, PlanInput, site } from "./schema.js";

type SiteInput<Kind> = Omit<Extract<z.input<typeof site>, { kind: Kind }>, "kind">;
type DatasetInput<Kind> = Omit<Extract<z.input<typeof dataset>, { kind: Kind }>, "kind">;
type BackupInput<Kind> = Omit<Extract<z.input<typeof backup>, { kind: Kind }>, "kind">;

/** A whole AWS region: cluster, vault and keys. */
export const awsRegion = (region: SiteInput<"aws-region">) => ({ kind: "aws-region", ...region }) as const;

/** A bucket on its own, for example the witness or an isolated account. */
export const objectStore = (store: SiteInput<"object-store">) =>
  ({ kind: "object-store", ...store }) as const;

/** A Kubernetes cluster that is there already. */
export const kubernetes = (cluster: Omit<SiteInput<"aws-region">["cluster"], "kind">) =>
  ({ kind: "kubernetes", ...cluster }) as const;

/** Something that is there already: referenced, never changed or deleted. */
export const existing = (identity: string) => ({ existing: identity }) as const;

/** A PostgreSQL database. */
export const postgres = (database: DatasetInput<"postgres">) => ({ kind: "postgres", ...database }) as const;

/** A store that needs no backup, with the reason. */
export const rebuildable = (store: DatasetInput<"rebuildable">) =>
  ({ kind: "rebuildable", ...store }) as const;

/** Physical full backups, the base that archived WAL replays onto. */
export const physical = (schedule: BackupInput<"physical">) => ({ kind: "physical", ...schedule }) as const;

/** Archived write-ahead log: with a physical backup, any moment of the last `keep` can be restored. */
export const wal = (archive: BackupInput<"wal">) => ({ kind: "wal", ...archive }) as const;

/** A service users reach. */
export const service = (deployed: NonNullable<PlanInput["services"]>[string]) => deployed;

/** DNS that follows health: the standby is answered while the primary's checked endpoint fails. */
export const failover = (record: NonNullable<PlanInput["dns"]>) => record;
