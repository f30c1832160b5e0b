import type { StoredBackup, StreamBackup } from "../../../schema/index.js";
import type { Course } from "./course.js";
import { restoredTo } from "./points.js";
import { isGone } from "./retention.js";
import { sitesOf } from "./ways.js";

/** The first write that has not arrived at a site, of records and versions that stand for themselves. */
export function lackedByFlow(course: Course, index: number, backup: StreamBackup, site: string): number {
  const { at } = course.choice;
  const way = course.way(index, backup, site);
  for (const { opened, content, done } of course.fed(index, way.settled(at))) {
    if (way.arrives(done) <= at) continue;
    // What is there was the newest until this took its place, and is kept for so long after.
    return isGone(backup, at - content) ? Number.NEGATIVE_INFINITY : opened;
  }
  return Number.POSITIVE_INFINITY;
}

/** The first write that log does not bring back which is replayed onto the newest point at its site. */
export function lackedByLog(course: Course, index: number, log: StreamBackup, site: string): number {
  const { at, changing } = course.choice;
  const { dataset } = course.world;
  const base = dataset.backups.reduce(
    (newest, one, place) =>
      "schedule" in one && sitesOf(one).includes(site) && continues(course, log, one)
        ? Math.max(newest, restoredTo(course, place, one, site))
        : newest,
    Number.NEGATIVE_INFINITY,
  );
  if (!Number.isFinite(base)) return base;
  const next = changing.writes.after(base);
  if (next > at) return next;
  for (const { content } of course.fed(index, next)) {
    if (content < next) continue;
    if (isGone(log, at - content)) return next;
    break;
  }
  const way = course.way(index, log, site);
  for (const { opened, content, done } of course.fed(index, Math.max(base, way.settled(at))))
    if (content > base && way.arrives(done) > at) return Math.max(opened, next);
  return Number.POSITIVE_INFINITY;
}

/** Whether log replays onto a backup. */
function continues(course: Course, { kind }: StreamBackup, base: StoredBackup): boolean {
  const { dataset } = course.world;
  if (kind === "binlog") return base.kind === "logical" || base.kind === "snapshot";
  const managed = dataset.kind === "postgres" && ["rds", "aurora"].includes(dataset.runs);
  return base.kind === "physical" || (managed && base.kind === "snapshot");
}
