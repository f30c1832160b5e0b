import type { KeptDataset, Plan, StoredBackup } from "../../../schema/index.js";
import type { Made } from "./engine.js";
import { amount, length } from "./units.js";

const s3 = 15 * 60;
const others = 86_400;

/** Where transfers to each medium stand, seconds. */
export type Phases = ReadonlyMap<string, number>;

/** Whether something stored as it comes can be used at a site. */
export function flows(
  plan: Plan,
  dataset: KeptDataset,
  backup: StoredBackup,
  site: string,
  ageOf: (index: number, backup: StoredBackup, site: string) => number,
): boolean {
  const speed = amount(plan.sites[dataset.at]?.upload ?? "1B");
  if (amount(dataset.changes) * backup.direct.length > speed * 86_400) return false;
  if (isGone(backup, flow(backup) + way(plan, backup, site))) return false;
  if ("schedule" in backup) {
    const { schedule } = backup;
    if (schedule.kind !== "event") return false;
    const onlyThen =
      amount(dataset.changes) === 0 ||
      (dataset.kind === "configuration" && ["deployment", "upgrade"].includes(schedule.on)) ||
      (dataset.kind === "pki" && schedule.on === "issuance");
    return schedule.on === "change" || onlyThen;
  }
  if (backup.kind !== "wal" && backup.kind !== "binlog") return true;
  const managed = dataset.kind === "postgres" && ["rds", "aurora"].includes(dataset.runs);
  return dataset.backups.some((base, index) => {
    if (!("schedule" in base) || !sitesOf(base).includes(site)) return false;
    const fits =
      backup.kind === "binlog"
        ? base.kind === "logical" || base.kind === "snapshot"
        : base.kind === "physical" || (managed && base.kind === "snapshot");
    return fits && base.schedule.kind !== "event" ? ageOf(index, base, site) <= length(backup.keep) : false;
  });
}

/** Whether something so old is no longer kept. */
export const isGone = ({ keep }: StoredBackup, age: number): boolean =>
  typeof keep === "string" && keep !== "forever" && age > length(keep);

/** The longest until something that is stored as it comes is at the direct copies, seconds. */
export const flow = (backup: StoredBackup): number => {
  if ("within" in backup) return length(backup.within);
  return backup.schedule.kind === "event" ? length(backup.schedule.within) : 0;
};

/** Sites that a backup is at in the end. */
export const sitesOf = ({ direct, replicated }: StoredBackup): string[] => [...direct, ...replicated];

/** Until when a point had to be complete at the job to be complete at a site at a moment. */
export function arrivedBy(
  plan: Plan,
  backup: StoredBackup,
  site: string,
  at: number,
  phases: Phases,
): number {
  const to = plan.sites[site];
  if (to?.kind !== "media") return at - replication(plan, backup, site);
  const every = length(to.every);
  const phase = phases.get(site) ?? 0;
  return phase + Math.floor((at - length(to.transit) - phase) / every) * every;
}

/** The point with the newest content among those that were complete by a moment. */
export function newestOf<Point extends Made>(made: readonly Point[], until: number): Point | undefined {
  let newest: Point | undefined;
  for (const point of made)
    if (point.done <= until && (!newest || point.content > newest.content)) newest = point;
  return newest;
}

/** How long something stored as it comes is on its way beyond its direct copies. */
export function way(plan: Plan, backup: StoredBackup, site: string): number {
  const to = plan.sites[site];
  return to?.kind === "media" ? length(to.every) + length(to.transit) : replication(plan, backup, site);
}

/** The longest that a store may take to copy something to a site; nothing where the job writes itself. */
export function replication(plan: Plan, { direct, replicated }: StoredBackup, site: string): number {
  if (!replicated.includes(site)) return 0;
  const atAws = (name: string | undefined) => {
    const found = name === undefined ? undefined : plan.sites[name];
    return found?.kind === "aws-region" || (found?.kind === "object-store" && found.provider === "aws");
  };
  return atAws(direct[0]) && atAws(site) ? s3 : others;
}
