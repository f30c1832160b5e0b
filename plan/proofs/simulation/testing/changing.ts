import type { KeptDataset } from "../../../schema/index.js";
import { both, listed, type Moments, steady } from "./moments.js";
import type { Random } from "./random.js";
import { margin, simulatedDays } from "./starts.js";
import { amount } from "./units.js";

const day = 86_400;

/** What happens to a dataset. */
export interface Changing {
  /** When something is committed. */
  readonly writes: Moments;
  /** When somebody deploys, upgrades or issues something. */
  readonly events: Moments;
}

/** Whether a dataset changes only when somebody does something that has a copy made of it. */
export const rests = ({ kind, changes, backups }: KeptDataset): boolean =>
  amount(changes) === 0 ||
  backups.some((backup) => {
    const on = "schedule" in backup && backup.schedule.kind === "event" ? backup.schedule.on : "change";
    return kind === "configuration"
      ? on === "deployment" || on === "upgrade"
      : kind === "pki" && on === "issuance";
  });

/** Two years of a dataset, to which an adversary may add. */
export interface ChangingBy {
  /** When somebody does something, ascending. */
  readonly events: readonly number[];
  /** All that happens, at some chosen moments besides. */
  with(chosen: readonly number[]): Changing;
}

/** Two years of a dataset: events hours to weeks apart, and writes all the time, or at events only. */
export function changingBy(dataset: KeptDataset, first: Date, random: Random): ChangingBy {
  const from = first.getTime() / 1_000 - margin * day;
  const until = from + (simulatedDays + 2 * margin) * day;
  const events: number[] = [];
  for (let at = from; at < until; at += day * (0.1 + 40 * random.next() ** 3)) events.push(at);
  const tick = steady(random.whole(0, 1e9), 0.05 + 0.95 * random.next());
  return {
    events,
    with: (chosen) => {
      const added = listed(chosen.toSorted((a, b) => a - b));
      const happening = listed(events);
      if (rests(dataset)) return { writes: both(happening, added), events: both(happening, added) };
      return { writes: both(tick, added), events: happening };
    },
  };
}
