import { type Fate, type Made, work } from "./engine.js";
import type { Model } from "./models.js";
import type { Random } from "./random.js";

/** A stretch of a job's history. */
export interface History {
  /** Between these moments it is complete. */
  readonly from: number;
  readonly until: number;
  readonly made: readonly Made[];
  /** When the point that ends a long wait is complete; the moment before is the worst. */
  readonly relief: number;
}

const quick: Fate = { late: 0, takes: 1, fails: false };
const day = 86_400;
/** Starts before another among which a run is looked for that makes it longer. */
const mostBefore = 60;
/** Runs that a history goes back at least. */
const runsBack = 14;

/**
 * The worst that may happen from one start on: a good run that keeps its place as long as it can, a run that is given
 * up at its deadline or never starts, and a good one that is as late and as long as may be.
 *
 * @param stays whether the good run keeps its place, and whatever came before it let changes gather for it to upload
 */
export function attack(model: Model, index: number, stays: boolean): History {
  const { due, job } = model;
  if (job.concurrency === "Replace") return hunted(model, index);
  const fates = new Map<number, Fate>();
  const before = stays ? leadIn(model, index, fates) : undefined;
  const first = before?.index ?? index;
  const newest = before?.newest ?? (due[index] ?? 0) - 1;
  const good = stays ? stay(model, index, 0, newest) : { fate: quick, next: index + 1 };
  fates.set(index, good.fate);
  const missed = stay(model, good.next, model.late, due[index] ?? 0);
  const hangs = missed.next > good.next + 1;
  fates.set(good.next, hangs ? { ...missed.fate, fails: true } : { takes: 0, fails: true });
  fates.set(missed.next, { late: model.late, takes: model.deadline, fails: false });
  return worked(model, first, missed.next, (of) => fates.get(of) ?? quick);
}

/** A run that keeps its place for as long as it can, up to the last start that it is in the way of. */
function stay({ due, job, deadline }: Model, of: number, late: number, newest: number) {
  const at = (which: number) => due[which] ?? Number.POSITIVE_INFINITY;
  const starts = at(of) + late;
  const upload = job.upload(starts - newest);
  const latest = starts + deadline + upload;
  let next = of + 1;
  if (job.concurrency === "Forbid") while (at(next) <= latest) next++;
  const ends = next > of + 1 ? at(next - 1) : latest;
  const fate: Fate = { late, takes: Math.max(1, Math.min(deadline, ends - starts - upload)), fails: false };
  return { fate, next };
}

/** A good run and one that is given up right before a start, where what changed meanwhile makes that one longer. */
function leadIn(model: Model, index: number, fates: Map<number, Fate>) {
  const { due, job, late } = model;
  if (job.concurrency !== "Forbid" || job.upload(day) <= job.upload(0)) return undefined;
  for (let from = index - 2; from >= Math.max(0, index - mostBefore); from--) {
    const newest = due[from] ?? 0;
    const good = stay(model, from, 0, newest - 1);
    const missed = stay(model, good.next, late, newest);
    if (missed.next < index) continue;
    const starts = (due[good.next] ?? 0) + late;
    const takes = (due[index - 1] ?? 0) - starts - job.upload(starts - newest);
    if (good.next >= index || takes < 0) continue;
    fates.set(from, good.fate).set(good.next, { late, takes, fails: true });
    return { index: from, newest };
  }
  return undefined;
}

/** The same where each run replaces the one before: those that have no room never end, one that has room is missed. */
function hunted(model: Model, from: number): History {
  const { due, deadline, late } = model;
  const roomy = (of: number) => hasRoom(model, of);
  const nextRoomy = (of: number) => {
    let found = of;
    while (found < due.length - 1 && !roomy(found)) found++;
    return found;
  };
  const index = nextRoomy(from);
  const missed = nextRoomy(index + 1);
  const last = nextRoomy(missed + 1);
  return worked(model, index, last, (of) => {
    if (of <= index) return quick;
    if (of === missed) return { takes: 0, fails: true };
    return { late: of === last ? late : 0, takes: deadline, fails: false };
  });
}

/** Whether a run that is due ends before the next one whatever happens. */
export const hasRoom = ({ due, late, deadline, upload }: Model, of: number): boolean =>
  (due[of + 1] ?? Number.POSITIVE_INFINITY) - (due[of] ?? 0) > late + deadline + upload;

function worked(model: Model, index: number, last: number, fateOf: (of: number) => Fate): History {
  const made = work(model.job, model.due, index, last + 1, fateOf);
  const reliever = model.due[last] ?? Number.POSITIVE_INFINITY;
  const relief = made.find(({ content }) => content >= reliever)?.done ?? Number.NaN;
  const from = made[0]?.done ?? Number.POSITIVE_INFINITY;
  return { made, relief, from, until: Math.max(relief, model.due[last + 1] ?? 0) };
}

/** Some history up to a moment, and from well before another: late, long and missed runs by chance, at most one missed between two good ones. */
export function wander(model: Model, until: number, random: Random, since = until): readonly Made[] {
  const { due, late, deadline, job } = model;
  const end = lastDue(due, until);
  let mayMiss = false;
  // Far enough back for some points, however many starts one run takes the place of.
  const back = lastDue(due, since - 5 * (late + deadline + model.upload));
  return work(job, due, Math.max(0, Math.min(lastDue(due, since) - runsBack, back)), end + 1, (of) => {
    const spared = job.concurrency !== "Replace" || hasRoom(model, of);
    if (mayMiss && random.chance(0.25)) {
      mayMiss = false;
      return random.chance(0.5) ? { takes: 0, fails: true } : { late: 0, takes: deadline, fails: true };
    }
    mayMiss ||= spared;
    return { late: random.next() * late, takes: 1 + random.next() * Math.max(0, deadline - 1), fails: false };
  });
}

/** Index of the last due time up to a moment. */
export function lastDue(due: Float64Array, until: number): number {
  let [low, high] = [0, due.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((due[middle] ?? 0) <= until) low = middle;
    else high = middle - 1;
  }
  return low;
}
