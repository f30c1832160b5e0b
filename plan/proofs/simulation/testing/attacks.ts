import { attack, type History, hasRoom, lastDue } from "./adversary.js";
import type { Model } from "./models.js";
import type { Random } from "./random.js";
import { type ClockChange, clockChanges, margin, simulatedDays } from "./starts.js";

/** The worst starts of a schedule in two years, some around changes of clocks, some by chance. */
export function attacksOn(
  model: Model,
  first: Date,
  random: Random,
  lived: Set<ClockChange["kind"]>,
): History[] {
  const { due } = model;
  const start = first.getTime() / 1_000;
  const low = Math.max(6, lastDue(due, start) + 1);
  const high = Math.min(due.length - 40, lastDue(due, start + simulatedDays * 86_400));
  if (high <= low) return [];
  const changes = clockChanges(model.timeZone, first);
  const near = changes.flatMap(({ at }) => {
    const last = lastDue(due, at);
    return [last - 2, last - 1, last];
  });
  const candidates = [...widest(model, low, high), ...near, random.whole(low, high)].filter(
    (index) => index >= low && index <= high,
  );
  const attacks = candidates.flatMap((index) =>
    [true, false].map((stays) => ({ index, history: attack(model, index, stays) })),
  );
  for (const { index, history } of attacks)
    for (const { at, kind } of changes) if ((due[index] ?? 0) <= at && at <= history.relief) lived.add(kind);
  const wait = ({ made, relief }: History) =>
    relief - made.reduce((most, { content, done }) => (done < relief ? Math.max(most, content) : most), 0);
  return (
    attacks
      .map(({ history }) => history)
      // What runs beyond the days that are known is not looked at.
      .filter(({ relief }) => relief < start + (simulatedDays + margin / 2) * 86_400)
      .sort((a, b) => wait(b) - wait(a))
      .slice(0, 3)
  );
}

const remembered = new WeakMap<Float64Array, Map<string, number[]>>();

/** Starts after which the next ones are furthest apart, by one and by two. */
function widest(model: Model, low: number, high: number): number[] {
  const { due } = model;
  const key = `${low} ${high} ${model.job.concurrency === "Replace" ? model.late + model.deadline + model.upload : ""}`;
  const lists = remembered.get(due) ?? new Map<string, number[]>();
  remembered.set(due, lists);
  const known = lists.get(key);
  if (known) return known;
  const found: number[] = [];
  for (const step of [1, 2]) {
    let [most, where] = [0, low];
    for (let index = low; index <= high; index++) {
      if (model.job.concurrency === "Replace" && !hasRoom(model, index)) continue;
      const apart = (due[index + step] ?? 0) - (due[index] ?? 0);
      if (apart > most) [most, where] = [apart, index];
    }
    found.push(where - 1, where, where + 1 - step);
  }
  lists.set(key, found);
  return found;
}
