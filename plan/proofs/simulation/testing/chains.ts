import type { KeptDataset, PhysicalBackup, Plan, StoredBackup } from "../../../schema/index.js";
import { arrivedBy, isGone, newestOf, type Phases, sitesOf } from "./arrival.js";
import type { Made } from "./engine.js";
import type { Random } from "./random.js";
import { length } from "./units.js";

/** Points that a job had completed by a moment, and from well before another on. */
export type Told = (index: number, until: number, since: number) => readonly Made[];

/** A moment at which one looks at what a dataset has left. */
export interface Look {
  readonly plan: Plan;
  readonly dataset: KeptDataset;
  readonly at: number;
  readonly told: Told;
  readonly phases: Phases;
  readonly random: Random;
}

/** A full backup that was made, and of which backup it is one. */
interface MadeFull extends Made {
  readonly full: PhysicalBackup;
}

/** Whether it is a part of a chain. */
const isPart = (backup: StoredBackup): boolean => backup.kind === "physical" && backup.type !== "full";

/** Age of the newest point at a site that can be restored; `Infinity` where there is none. */
export function ageOf(look: Look, index: number, backup: StoredBackup, site: string): number {
  const { plan, at, told, phases } = look;
  const until = arrivedBy(plan, backup, site, at, phases);
  if (isPart(backup)) return ageOfPart(look, index, backup, site, until);
  const newest = newestOf(told(index, until, until), until);
  const age = at - (newest?.content ?? Number.NEGATIVE_INFINITY);
  return isGone(backup, age) ? Number.POSITIVE_INFINITY : age;
}

/** Newest first, until one is found that is kept and whose full one is kept and has arrived. */
function ageOfPart(look: Look, index: number, backup: StoredBackup, site: string, until: number): number {
  const { plan, dataset, at, told, phases } = look;
  const fulls = dataset.backups.flatMap((other, place) =>
    other.kind === "physical" && other.type === "full" && sitesOf(other).includes(site)
      ? [{ full: other, place, by: arrivedBy(plan, other, site, at, phases) }]
      : [],
  );
  if (!fulls.some(({ full }) => full.schedule.kind !== "event")) return Number.POSITIVE_INFINITY;
  // All full ones that were complete by then have arrived.
  const settled = Math.min(until, ...fulls.map(({ by }) => by));
  const parts = told(index, until, settled)
    .filter(({ done }) => done <= until)
    .toSorted((a, b) => b.content - a.content);
  const oldest = parts.find(({ content }) => content <= settled)?.content ?? settled;
  const made = fulls.flatMap(({ full, place }): MadeFull[] =>
    full.schedule.kind === "event"
      ? [someday(look, full, length(full.schedule.within))]
      : told(place, at, oldest).map((point) => ({ ...point, full })),
  );
  const usable = parts.find(({ content }) => {
    if (isGone(backup, at - content)) return false;
    const parent = newestOf(made, content);
    if (!parent || isGone(parent.full, at - parent.content)) return false;
    return parent.done <= arrivedBy(plan, parent.full, site, at, phases);
  });
  return at - (usable?.content ?? Number.NEGATIVE_INFINITY);
}

/** What an event makes happens at any time: here within the last so long, so that much hangs on it. */
function someday({ at, random }: Look, full: PhysicalBackup, within: number): MadeFull {
  const content = at - random.next() * length(full.keep) * 2;
  return { content, done: content + within, full };
}
