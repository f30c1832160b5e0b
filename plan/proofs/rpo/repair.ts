import type { Backup, Disaster, KeptDataset, Plan, Schedule } from "../../schema/index.js";
import { methods } from "../../schema/index.js";
import { siteOf } from "../../sites.js";
import { seconds } from "../../units.js";
import type { Fix } from "../finding.js";
import { keepOfLog, runnerOf, withBases, writtenTo } from "./bases.js";
import { copiesOf, type Known, lossOf, nothingKnown } from "./bound.js";
import { carriedOut, type Draft, stepsOf } from "./draft.js";
import { daily, fasterSchedules, lengthsUpTo } from "./faster.js";
import { type Place, placesFor } from "./places.js";

/** An objective that is missed. */
export interface Missed {
  readonly disaster: Disaster;
  /** Seconds. */
  readonly objective: number;
}

/**
 * The smallest change found that brings a dataset's losses inside every objective it misses.
 *
 * One for all of its disasters, so that findings of one dataset do not mend each other's mending. Copies are added,
 * never taken away; objectives stay.
 */
export function repairOf(
  plan: Plan,
  name: string,
  dataset: KeptDataset,
  missed: readonly Missed[],
  asOf: Date,
): Fix | undefined {
  const tightest = Math.min(...missed.map(({ objective }) => objective));
  const disasters = missed.map(({ disaster }) => disaster);
  // Most backups stay as they are in most drafts: each is followed once for all of them.
  const known = nothingKnown(plan, dataset, asOf);
  let chosen: Draft | undefined;
  for (const place of placesFor(plan, dataset, disasters)) {
    if (chosen && leastEffort(place) >= chosen.effort) continue;
    for (const drafts of meansFor(plan, dataset, place, tightest, asOf))
      for (const draft of drafts) {
        // Efforts of one list ascend: what is no smaller than what was found need not be tried.
        if (chosen && draft.effort >= chosen.effort) break;
        if (!suffices(plan, dataset, draft, missed, asOf, known)) continue;
        chosen = draft;
        break;
      }
  }
  return chosen && { sentence: chosen.sentence, patch: stepsOf(plan, name, dataset, chosen) };
}

function suffices(
  plan: Plan,
  dataset: KeptDataset,
  draft: Draft,
  missed: readonly Missed[],
  asOf: Date,
  known: Known,
): boolean {
  const changed = carriedOut(plan, dataset, draft);
  const sitesStay = Object.keys(draft.sites).every((name) => !Object.hasOwn(plan.sites, name));
  const copies = copiesOf(changed.plan, changed.dataset, asOf, sitesStay ? known : undefined);
  return missed.every(
    ({ disaster, objective }) => lossOf(changed.plan, changed.dataset, disaster, copies) <= objective,
  );
}

/** Drafts of one kind, made as they are asked for: most are never tried. */
function* each<Item>(
  items: () => readonly Item[],
  draft: (item: Item, index: number) => Draft,
): Iterable<Draft> {
  for (const [index, item] of items().entries()) yield draft(item, index);
}

/** Ways to be fast enough with copies at a place; of each the first that suffices is the smallest. */
function meansFor(
  plan: Plan,
  dataset: KeptDataset,
  place: Place,
  tightest: number,
  asOf: Date,
): Iterable<Draft>[] {
  const effort = leastEffort(place);
  const where = place.names.length > 0 ? `, with direct copies at ${quoted(place.names)}` : "";
  const { sites } = place;
  const { backups } = dataset;
  const streams = backups.flatMap((backup, index) =>
    "within" in backup
      ? [
          each(
            () => lengthsUpTo(Math.min(tightest, seconds(backup.within))),
            (within) => ({
              ...{ sites, effort },
              sentence: `store ${backup.kind} within ${within}${where}`,
              backups: withBases(
                plan,
                dataset,
                place,
                replaced(backups, index, { ...writtenTo(backup, place), within }),
                asOf,
              ),
            }),
          ),
        ]
      : [],
  );
  const points = backups.flatMap((backup, index) =>
    "schedule" in backup
      ? [
          each(
            () => fasterSchedules(backup.schedule),
            (schedule, step) => ({
              ...{ sites, effort: effort + 1 + (step > 3 ? step : 0) },
              sentence: `run ${backup.kind} backups ${saysWhen(schedule)}${where}`,
              backups: replaced(backups, index, { ...writtenTo(backup, place), schedule }),
            }),
          ),
        ]
      : [],
  );
  return [
    ...streams,
    ...points,
    ...added({ plan, dataset, place, tightest, effort: effort + 5, asOf }),
    // The same wherever copies are written besides.
    ...(place.names.length === 0 ? [transfers(plan, dataset, tightest), ...keptLonger(dataset)] : []),
  ];
}

/** The least that a change with copies at a place takes; a new site is much. */
const leastEffort = ({ names, sites }: Place): number =>
  (Object.keys(sites).length > 0 ? 41 : 1) + names.length * 4;

interface Wanted {
  readonly plan: Plan;
  readonly dataset: KeptDataset;
  readonly place: Place;
  /** Seconds. */
  readonly tightest: number;
  readonly effort: number;
  readonly asOf: Date;
}

/** A stream where the kind of data has one; elsewhere points by the clock, or on each change. */
function added({ plan, dataset, place, tightest, effort, asOf }: Wanted): Iterable<Draft>[] {
  const written = [...new Set([...homes(dataset), ...place.names])];
  const copies = { direct: written, replicated: [] };
  const draft = (backup: Backup, sentence: string): Draft => ({
    ...{ sites: place.sites, effort, sentence },
    backups: withBases(plan, dataset, place, [...dataset.backups, backup], asOf, backup),
  });
  const allowed: readonly Backup["kind"][] = methods[dataset.kind];
  const lengths = () => lengthsUpTo(tightest);
  const at = quoted(written);
  for (const kind of ["wal", "binlog", "append", "versions"] as const)
    if (allowed.includes(kind) && !dataset.backups.some((backup) => backup.kind === kind)) {
      const keep = keepOfLog(dataset, kind, asOf);
      return [
        each(lengths, (within) =>
          draft({ kind, within, keep, ...copies }, `add ${kind} stored within ${within} at ${at}`),
        ),
      ];
    }
  const kind = dataset.kind === "raft" ? "snapshot" : "copy";
  if (!allowed.includes(kind)) return [];
  const byChange = dataset.kind === "configuration" || dataset.kind === "pki" || dataset.kind === "wallet";
  if (byChange)
    return [
      each(lengths, (within) =>
        draft(
          { kind, schedule: { kind: "event", on: "change", within }, keep: { count: 10 }, ...copies },
          `add a ${kind} on each change, stored within ${within} at ${at}`,
        ),
      ),
    ];
  return [
    each(
      () => fasterSchedules(daily("0 2 * * *", runnerOf(plan, dataset))),
      (schedule) =>
        draft(
          { kind, schedule, keep: "7d", ...copies },
          `add ${kind} backups ${saysWhen(schedule)} at ${at}`,
        ),
    ),
  ];
}

/** Media that are carried more often. */
function transfers(plan: Plan, { backups }: KeptDataset, tightest: number): Draft[] {
  const carried = [
    ...new Set(
      backups.flatMap((backup) => ("direct" in backup ? [...backup.direct, ...backup.replicated] : [])),
    ),
  ];
  return carried.flatMap((name) => {
    const site = siteOf(plan, name);
    if (site.kind !== "media") return [];
    return lengthsUpTo(Math.min(tightest, seconds(site.every))).map(
      (every): Draft => ({
        ...{ backups, effort: 3, sentence: `carry media to "${name}" every ${every}` },
        sites: { [name]: { ...site, every } },
      }),
    );
  });
}

/** Copies that are kept until they have arrived, and until the next has; log only reaches as far as its bases. */
const keptLonger = ({ backups }: KeptDataset): Draft[][] =>
  backups.map((backup, index) => {
    if (backup.kind === "replica" || backup.kind === "wal" || backup.kind === "binlog") return [];
    const { keep } = backup;
    if (typeof keep !== "string" || keep === "forever") return [];
    return (["7d", "30d", "90d", "400d"] as const)
      .filter((longer) => seconds(longer) > seconds(keep))
      .map(
        (longer): Draft => ({
          ...{ sites: {}, effort: 1, sentence: `keep ${backup.kind} backups "${longer}"` },
          backups: replaced(backups, index, { ...backup, keep: longer }),
        }),
      );
  });

const saysWhen = (schedule: Schedule): string => {
  if (schedule.kind === "cron") return `by "${schedule.cron}" ${schedule.timeZone}`;
  return schedule.kind === "interval" ? `every ${schedule.every}` : `on ${schedule.on}`;
};

/** Where a dataset's jobs write already. */
const homes = ({ backups }: KeptDataset): string[] =>
  backups.flatMap((backup) => ("direct" in backup ? backup.direct : [])).slice(0, 1);

const replaced = (backups: readonly Backup[], index: number, by: Backup): Backup[] =>
  backups.map((backup, at) => (at === index ? by : backup));

const quoted = (names: readonly string[]) => names.map((name) => `"${name}"`).join(", ");
