import type { PhysicalBackup, PointBackup } from "../../../schema/index.js";
import type { Course } from "./course.js";
import type { Made } from "./engine.js";
import { isGone } from "./retention.js";
import { sitesOf, type Way } from "./ways.js";

/** A full backup that was made, and how those of its kind come to a site. */
interface MadeFull extends Made {
  readonly full: PhysicalBackup;
  readonly way: Way;
}

/** What the newest point holds that can be restored at a site: all up to a moment; `-Infinity` where there is none. */
export function restoredTo(course: Course, index: number, backup: PointBackup, site: string): number {
  const { at } = course.choice;
  if (backup.kind === "physical" && backup.type !== "full") return ofPart(course, index, backup, site);
  const way = course.way(index, backup, site);
  if (backup.schedule.kind === "event") return ofEvent(course, index, backup, way);
  const points = course.points(index, course.settled);
  const newest = newestOf(points, ({ done }) => way.arrives(done) <= at);
  return newest && !isGone(backup, at - newest.content) ? newest.content : Number.NEGATIVE_INFINITY;
}

/** What an event makes is kept for so long after the next took its place: in between it may rest for years. */
function ofEvent(course: Course, index: number, backup: PointBackup, way: Way): number {
  const { at } = course.choice;
  let newest = Number.NEGATIVE_INFINITY;
  let replaced = Number.POSITIVE_INFINITY;
  for (const { content, done } of course.fed(index, way.settled(at))) {
    if (way.arrives(done) <= at) [newest, replaced] = [content, Number.POSITIVE_INFINITY];
    else replaced = Math.min(replaced, content);
  }
  return isGone(backup, at - replaced) ? Number.NEGATIVE_INFINITY : newest;
}

/** Newest first, until one is found that is kept and whose full one is kept and has arrived. */
function ofPart(course: Course, index: number, backup: PhysicalBackup, site: string): number {
  const { at } = course.choice;
  const way = course.way(index, backup, site);
  const settled = course.settled;
  const parts = course.points(index, settled);
  const oldest = parts.reduce((least, { content }) => Math.min(least, content), settled);
  const fulls = course.world.dataset.backups.flatMap((full, place): MadeFull[] => {
    if (full.kind !== "physical" || full.type !== "full" || !sitesOf(full).includes(site)) return [];
    const there = course.way(place, full, site);
    return course.points(place, oldest).map((point) => ({ ...point, full, way: there }));
  });
  const usable = parts
    .filter(({ content, done }) => way.arrives(done) <= at && !isGone(backup, at - content))
    .toSorted((a, b) => b.content - a.content)
    .find(({ content }) => {
      const parent = newestOf(fulls, ({ done }) => done <= content);
      return parent && !isGone(parent.full, at - parent.content) && parent.way.arrives(parent.done) <= at;
    });
  return usable?.content ?? Number.NEGATIVE_INFINITY;
}

/** The point with the newest content among some. */
function newestOf<Point extends Made>(points: readonly Point[], among: (point: Point) => boolean) {
  let newest: Point | undefined;
  for (const point of points) if ((!newest || point.content > newest.content) && among(point)) newest = point;
  return newest;
}
