import type { KeptDataset, Plan } from "../../../schema/index.js";
import type { Changing } from "./changing.js";
import { drawn } from "./random.js";
import { amount, length } from "./units.js";

const day = 86_400;
/** Lengths of `within` after which the line is taken to be idle, so that no history has to be followed from its start. */
const shift = 50;

/** What is stored as it comes: log, appended records, versions, what an event makes a copy of, and what a replica gets. */
export interface Feed {
  /** Index in `backups`. */
  readonly index: number;
  /** What sets it off. */
  readonly by: keyof Changing;
  /** Seconds from the first change of a batch until all of it is stored, as promised. */
  readonly within: number;
  /** Seconds of upload for each second of changes. */
  readonly load: number;
}

/** What was gathered, uploaded and stored together. */
export interface Batch {
  /** When the first change of it was committed. */
  readonly opened: number;
  /** It holds what was committed up to here. */
  readonly content: number;
  /** When it was stored at the direct copies. */
  readonly done: number;
}

/** What a dataset has that is stored as it comes. */
export function feedsOf(plan: Plan, dataset: KeptDataset): Feed[] {
  const speed = amount(plan.sites[dataset.at]?.upload ?? "1B");
  return dataset.backups.flatMap((backup, index): Feed[] => {
    // A replica's connection is assumed to keep up.
    if (backup.kind === "replica")
      return backup.synchronous ? [] : [{ index, by: "writes", within: length(backup.lag), load: 0 }];
    const load = ((amount(dataset.changes) / day) * backup.direct.length) / speed;
    if ("within" in backup) return [{ index, by: "writes", within: length(backup.within), load }];
    const { schedule } = backup;
    if (schedule.kind !== "event") return [];
    return [
      { index, by: schedule.on === "change" ? "writes" : "events", within: length(schedule.within), load },
    ];
  });
}

/** How a feed fares. */
export interface Weather {
  readonly seed: number;
  /** Whether the line is always down for as long as the promise allows. */
  readonly worst: boolean;
}

/**
 * Batches from some time before a moment on: a batch opens with a change, gathers for a while, waits while the line is
 * busy or down, and is uploaded. While the line carries more than there is, outages end soon enough for the promise;
 * where it does not, what waits piles up.
 *
 * @param begun when the first batch may open where everything piles up
 */
export function* batches(
  { index, by, within, load }: Feed,
  changing: Changing,
  since: number,
  { seed, worst }: Weather,
  begun: number,
): Generator<Batch> {
  const opens = changing[by];
  const stretch = shift * Math.max(1, within);
  const ends = (at: number) =>
    load > 1 ? Number.POSITIVE_INFINITY : (Math.floor(at / stretch) + 1) * stretch;
  const known = Math.max(begun, Math.min(since, opens.upTo(since - within)));
  const start = load > 1 ? begun : ends(known) - stretch;
  let free = Number.NEGATIVE_INFINITY;
  let ended = ends(start);
  for (let opened = opens.after(start); Number.isFinite(opened); ) {
    if (opened >= ended) [free, ended] = [Number.NEGATIVE_INFINITY, ends(opened)];
    const share = load > 1 ? 0.5 : (load + drawn(seed, index, opened) * (1 - load)) / (1 + load);
    const content = Math.min(Math.max(opened + share * within, free), ended);
    const upload = (content - opened) * load;
    const spare = Math.max(0, opened + within - content - upload);
    const done = content + (worst ? spare : spare * drawn(seed, index, opened, 1)) + upload;
    free = done;
    yield { opened, content, done };
    opened = opens.after(content);
  }
}
