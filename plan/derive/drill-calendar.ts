import type { Drill, DrillKind, Plan } from "../schema/index.js";
import { seconds } from "../units.js";

/** A drill and when it has to be done next. */
export interface DueDrill {
  readonly kind: DrillKind;
  /** Index in `drills`. */
  readonly index: number;
  /** Start of the day (UTC) on which it is due: `every` after the last one, or `asOf` when there was none. */
  readonly due: Date;
  /** Its day has passed. One that was never done is due, not overdue. */
  readonly overdue: boolean;
  /** Nothing says that it was ever done. */
  readonly never: boolean;
  readonly owner?: string;
  /** Datasets it is of. @default all */
  readonly datasets?: readonly string[];
}

const dayMs = 86_400_000;

/** Every drill of a plan by the day it is due, soonest first; on one day in the plan's order. */
export function drillCalendar({ drills }: Pick<Plan, "drills">, asOf: Date): DueDrill[] {
  const today = startOfDay(asOf.getTime());
  return drills
    .map((drill, index): DueDrill => {
      const { kind, last, owner, datasets } = drill;
      const due = nextDue(drill, today);
      return {
        ...{ kind, index, due: new Date(due), overdue: due < today, never: last === undefined },
        ...(owner === undefined ? {} : { owner }),
        ...(datasets === undefined ? {} : { datasets }),
      };
    })
    .sort((a, b) => a.due.getTime() - b.due.getTime());
}

/** Days (UTC) on which a drill is due from `asOf` until `until`, if each is done on its day. */
export function drillDays(drill: Drill, asOf: Date, until: Date): Date[] {
  const step = Math.max(seconds(drill.every) * 1_000, dayMs);
  const days: Date[] = [];
  const today = startOfDay(asOf.getTime());
  for (let due = Math.max(nextDue(drill, today), today); due <= until.getTime(); due += step)
    days.push(new Date(startOfDay(due)));
  return days;
}

function nextDue({ last, every }: Drill, today: number): number {
  return last === undefined ? today : startOfDay(Date.parse(`${last}T00:00:00Z`) + seconds(every) * 1_000);
}

const startOfDay = (time: number): number => Math.floor(time / dayMs) * dayMs;
