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
  /** Seconds that each upload takes where the whole is moved, however little changed. @default 0: only changes are */
  readonly whole?: number;
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
    const whole = onlyChanges(dataset, backup) ? 0 : (amount(dataset.size) * backup.direct.length) / speed;
    const by = schedule.on === "change" ? "writes" : "events";
    return [{ index, by, within: length(schedule.within), load, whole }];
  });
}

/** restic keeps files by their content; a database's tool knows what changed since the backup before. */
const onlyChanges = (dataset: KeptDataset, backup: KeptDataset["backups"][number]): boolean =>
  backup.kind === "copy"
    ? dataset.kind === "files"
    : backup.kind === "physical" && backup.type === "incremental";

/** How a feed fares. */
export interface Weather {
  readonly seed: number;
  /** Whether the line is always down for as long as the promise allows. */
  readonly worst: boolean;
}

/**
 * Batches from some time before a moment on: a batch opens with a change, gathers for a while, waits while the line is
 * busy or down, and is uploaded. While the line carries more than there is, outages end soon enough for the promise;
 * where it does not, what waits piles up. Where the whole is uploaded each time, a change that comes while it is has to
 * wait for the next upload.
 *
 * @param begun when the first batch may open where everything piles up
 */
export function* batches(
  { index, by, within, load, whole = 0 }: Feed,
  changing: Changing,
  since: number,
  { seed, worst }: Weather,
  begun: number,
): Generator<Batch> {
  const opens = changing[by];
  const longest = Math.max(within, 2 * whole);
  const stretch = shift * Math.max(1, longest);
  const ends = (at: number) =>
    load > 1 ? Number.POSITIVE_INFINITY : (Math.floor(at / stretch) + 1) * stretch;
  const known = Math.max(begun, Math.min(since, opens.upTo(since - longest)));
  const start = load > 1 ? begun : ends(known) - stretch;
  let free = Number.NEGATIVE_INFINITY;
  let ended = ends(start);
  for (let opened = opens.after(start); Number.isFinite(opened); ) {
    if (opened >= ended) [free, ended] = [Number.NEGATIVE_INFINITY, ends(opened)];
    const share = load > 1 ? 0.5 : (load + drawn(seed, index, opened) * (1 - load)) / (1 + load);
    const room = load > 1 ? within : Math.max(0, within - whole);
    const content = Math.min(Math.max(opened + share * room, free), ended);
    const upload = load > 1 ? (content - opened) * load : Math.max(whole, (content - opened) * load);
    // What comes while this one is uploaded is promised within its time, too.
    const spare = Math.max(0, Math.min(opened + within - content - upload, within - 2 * whole));
    const done = content + (worst ? spare : spare * drawn(seed, index, opened, 1)) + upload;
    free = done;
    yield { opened, content, done };
    opened = opens.after(content);
  }
}
