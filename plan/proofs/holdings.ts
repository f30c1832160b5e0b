import { isPoint } from "../datasets.js";
import type { Backup, KeptDataset, Schedule, Site, StoredBackup } from "../schema/index.js";
import { seconds } from "../units.js";
import type { Finding, Fix } from "./finding.js";
import { isLink } from "./rpo/chain.js";
import { gapsIfReadable } from "./rpo/gaps.js";

/** One backup of a dataset at one site. */
export interface Holding {
  readonly site: string;
  readonly backup: StoredBackup;
  /** Index in `backups`. */
  readonly index: number;
  readonly way: "direct" | "replicated";
}

/** Every backup of a dataset at every site that holds it. */
export function holdingsOf({ backups }: Pick<KeptDataset, "backups">): Holding[] {
  const found: Holding[] = [];
  for (const [index, backup] of backups.entries()) {
    if (backup.kind === "replica") continue;
    for (const site of backup.direct) found.push({ site, backup, index, way: "direct" });
    for (const site of backup.replicated) found.push({ site, backup, index, way: "replicated" });
  }
  return found;
}

/** Sites of a backup. */
export const sitesOf = ({ direct, replicated }: Pick<StoredBackup, "direct" | "replicated">): string[] => [
  ...direct,
  ...replicated,
];

/** Whether it is the log of a database. */
export const isLog = ({ kind }: Backup): boolean => kind === "wal" || kind === "binlog";

/** Whether something can be restored from it alone: log needs a base beneath it, an increment its full backup. */
export const restoresAlone = (backup: Backup): boolean =>
  backup.kind !== "replica" && !isLog(backup) && !isLink(backup);

/**
 * Whether a tool keeps its own repository there, of which it rewrites and deletes objects: pgBackRest's physical
 * backups and log, restic's files.
 */
export const isToolRepository = (dataset: KeptDataset, { kind }: Backup): boolean =>
  (dataset.kind === "postgres" && (kind === "physical" || kind === "wal")) ||
  (dataset.kind === "files" && kind === "copy");

/** Whether a site runs something, as opposed to a store or a medium. */
export const isServing = (site: Site): boolean => "role" in site;

/** Seconds between two starts with one missed, and until the later one is given up; undefined where no clock rules. */
export function spacingOf(
  schedule: Schedule,
  asOf: Date,
): { readonly withOneMissed: number; readonly deadline: number } | undefined {
  if (schedule.kind === "event") return undefined;
  const deadline = seconds(schedule.deadline);
  if (schedule.kind === "interval") return { withOneMissed: 2 * seconds(schedule.every), deadline };
  const gaps = gapsIfReadable(schedule, asOf);
  return gaps && { withOneMissed: gaps.withOneMissed, deadline };
}

/** The same of a backup; undefined for streams. */
export const spacingOfBackup = (backup: StoredBackup, asOf: Date) =>
  isPoint(backup) ? spacingOf(backup.schedule, asOf) : undefined;

interface Said {
  readonly message: string;
  readonly arithmetic: string;
}

/** A promise that does not hold. */
export const broken = (rule: string, at: string, said: Said, fix: Fix): Finding => ({
  ...{ rule, severity: "error", at },
  ...said,
  fix,
});

/** A promise at risk. */
export const risk = (rule: string, at: string, said: Said, fix: Fix): Finding => ({
  ...{ rule, severity: "warning", at },
  ...said,
  fix,
});

/** A promise that holds. */
export const holds = (rule: string, at: string, said: Said): Finding => ({
  ...{ rule, severity: "info", at },
  ...said,
});

/** Days, rounded up, as a duration. */
export const daysOf = (total: number): `${number}d` => `${Math.ceil(total / 86_400)}d`;

/** Names as people read them, the first few and how many more. */
export function listed(names: readonly string[], most = 4): string {
  const shown = names.slice(0, most).map((name) => `"${name}"`);
  const more = names.length - shown.length;
  return more > 0 ? `${shown.join(", ")} and ${more} more` : shown.join(", ");
}
