import type { Replica, StoredBackup } from "../../../schema/index.js";
import type { Course } from "./course.js";
import { lackedByFlow, lackedByLog } from "./flows.js";
import { restoredTo } from "./points.js";
import { sitesOf } from "./ways.js";

/** A copy at a site, and what it lacks at the disaster. */
export interface Held {
  readonly site: string;
  readonly replica: boolean;
  /** When the first write that cannot be restored from it was committed; `-Infinity` where nothing can be. */
  readonly lacks: number;
}

/** Looks at every copy there is, whatever the disaster leaves of them. */
export const heldAt = (course: Course): Held[] =>
  course.world.dataset.backups.flatMap((backup, index): Held[] =>
    backup.kind === "replica"
      ? [{ site: backup.to, replica: true, lacks: lackedByReplica(course, index, backup) }]
      : sitesOf(backup).map((site) => ({ site, replica: false, lacks: lacked(course, index, backup, site) })),
  );

function lacked(course: Course, index: number, backup: StoredBackup, site: string): number {
  if (backup.kind === "wal" || backup.kind === "binlog") return lackedByLog(course, index, backup, site);
  if ("within" in backup) return lackedByFlow(course, index, backup, site);
  const content = restoredTo(course, index, backup, site);
  return Number.isFinite(content) ? course.choice.changing.writes.after(content) : content;
}

/** Nothing is committed before a synchronous replica has it; another applies what arrives in turn. */
function lackedByReplica(course: Course, index: number, { synchronous }: Replica): number {
  const { at } = course.choice;
  if (!synchronous) for (const { opened, done } of course.fed(index, at)) if (done > at) return opened;
  return Number.POSITIVE_INFINITY;
}
