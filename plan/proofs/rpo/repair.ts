import type {
  Backup,
  Disaster,
  KeptDataset,
  Plan,
  PointBackup,
  Schedule,
  StreamBackup,
} from "../../schema/index.js";
import { methods } from "../../schema/index.js";
import { siteOf } from "../../sites.js";
import { seconds } from "../../units.js";
import type { Fix } from "../finding.js";
import { basesAt, boundOf, copiesOf } from "./bound.js";
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
  let chosen: { readonly draft: Draft; readonly fix: Fix } | undefined;
  for (const place of placesFor(plan, dataset, disasters))
    for (const drafts of meansFor(plan, dataset, place, tightest)) {
      // Efforts of one list ascend: what is no smaller than what was found need not be tried.
      const most = chosen?.draft.effort ?? Number.POSITIVE_INFINITY;
      const draft = drafts.find((one) => one.effort >= most || suffices(plan, dataset, one, missed, asOf));
      if (!draft || draft.effort >= most) continue;
      chosen = { draft, fix: { sentence: draft.sentence, patch: stepsOf(plan, name, dataset, draft) } };
    }
  return chosen?.fix;
}

function suffices(
  plan: Plan,
  dataset: KeptDataset,
  draft: Draft,
  missed: readonly Missed[],
  asOf: Date,
): boolean {
  const changed = carriedOut(plan, dataset, draft);
  const copies = copiesOf(changed.plan, changed.dataset, asOf);
  return missed.every(
    ({ disaster, objective }) =>
      boundOf(changed.plan, changed.dataset, disaster, copies).seconds <= objective,
  );
}

/** Ways to be fast enough with copies at a place; of each the first that suffices is the smallest. */
function meansFor(plan: Plan, dataset: KeptDataset, place: Place, tightest: number): Draft[][] {
  const effort = (Object.keys(place.sites).length > 0 ? 40 : 0) + place.names.length * 4;
  const where = place.names.length > 0 ? `, with direct copies at ${quoted(place.names)}` : "";
  const { sites } = place;
  const { backups } = dataset;
  const streams = backups.flatMap((backup, index) =>
    "within" in backup
      ? [
          lengthsUpTo(Math.min(tightest, seconds(backup.within))).map(
            (within): Draft => ({
              ...{ sites, effort: effort + 1 },
              sentence: `store ${backup.kind} within ${within}${where}`,
              backups: withBases(
                dataset,
                place,
                replaced(backups, index, { ...direct(backup, place), within }),
              ),
            }),
          ),
        ]
      : [],
  );
  const points = backups.flatMap((backup, index) =>
    "schedule" in backup
      ? [
          fasterSchedules(backup.schedule).map(
            (schedule, step): Draft => ({
              ...{ sites, effort: effort + 2 + (step > 3 ? step : 0) },
              sentence: `run ${backup.kind} backups ${saysWhen(schedule)}${where}`,
              backups: replaced(backups, index, { ...direct(backup, place), schedule }),
            }),
          ),
        ]
      : [],
  );
  return [
    ...streams,
    ...points,
    ...added(dataset, place, tightest, effort + 6),
    transfers(plan, dataset, tightest),
  ];
}

/** A stream where the kind of data has one; elsewhere points by the clock, or on each change. */
function added(dataset: KeptDataset, place: Place, tightest: number, effort: number): Draft[][] {
  const written = [...new Set([...homes(dataset), ...place.names])];
  const copies = { direct: written, replicated: [] };
  const keep = keepOfLog(dataset);
  const draft = (backup: Backup, sentence: string): Draft => ({
    ...{ sites: place.sites, effort, sentence },
    backups: withBases(dataset, place, [...dataset.backups, backup]),
  });
  const allowed: readonly Backup["kind"][] = methods[dataset.kind];
  const lengths = lengthsUpTo(tightest);
  const at = quoted(written);
  for (const kind of ["wal", "binlog", "append", "versions"] as const)
    if (allowed.includes(kind) && !dataset.backups.some((backup) => backup.kind === kind))
      return [
        lengths.map((within) =>
          draft({ kind, within, keep, ...copies }, `add ${kind} stored within ${within} at ${at}`),
        ),
      ];
  const kind = dataset.kind === "raft" ? "snapshot" : "copy";
  if (!allowed.includes(kind)) return [];
  const byChange = dataset.kind === "configuration" || dataset.kind === "pki" || dataset.kind === "wallet";
  if (byChange)
    return [
      lengths.map((within) =>
        draft(
          { kind, schedule: { kind: "event", on: "change", within }, keep: { count: 10 }, ...copies },
          `add a ${kind} on each change, stored within ${within} at ${at}`,
        ),
      ),
    ];
  return [
    fasterSchedules(daily("0 2 * * *")).map((schedule) =>
      draft({ kind, schedule, keep, ...copies }, `add ${kind} backups ${saysWhen(schedule)} at ${at}`),
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

/** Points beneath each log at a place: those there are, written there too, or a new one. */
function withBases(dataset: KeptDataset, { names }: Place, backups: readonly Backup[]): Backup[] {
  const result = [...backups];
  for (const backup of backups) {
    if (backup.kind !== "wal" && backup.kind !== "binlog") continue;
    for (const site of new Set([...backup.direct, ...names])) {
      const there = basesAt({ ...dataset, backups: result } as KeptDataset, backup, site);
      if (there.length > 0 && !names.includes(site)) continue;
      const index = result.findIndex((other) => isBase(dataset, backup, other));
      const base = result[index];
      if (base && "schedule" in base) result[index] = direct(base, { names: [site], sites: {} });
      else result.push(newBase(backup, site));
    }
  }
  return result;
}

const isBase = (dataset: KeptDataset, stream: StreamBackup, other: Backup): boolean =>
  "schedule" in other &&
  other.schedule.kind !== "event" &&
  basesAt({ ...dataset, backups: [other] } as KeptDataset, stream, other.direct[0] ?? "").length > 0;

const newBase = (stream: StreamBackup, site: string): PointBackup => {
  const copies = { schedule: daily("0 3 * * *"), keep: "14d", direct: [site], replicated: [] } as const;
  const listed = { ...copies, direct: [...copies.direct], replicated: [] };
  return stream.kind === "wal"
    ? { kind: "physical", type: "full", ...listed }
    : { kind: "logical", as: "read-only", ...listed };
};

/** A backup that its job writes to a place itself; nothing that was written is left out. */
function direct<Kind extends PointBackup | StreamBackup>(backup: Kind, { names }: Place): Kind {
  return {
    ...backup,
    direct: [...new Set([...backup.direct, ...names])],
    replicated: backup.replicated.filter((site) => !names.includes(site)),
  };
}

const saysWhen = (schedule: Schedule): string => {
  if (schedule.kind === "cron") return `by "${schedule.cron}" ${schedule.timeZone}`;
  return schedule.kind === "interval" ? `every ${schedule.every}` : `on ${schedule.on}`;
};

/** How long what is added is kept: a week, or less where points that log would replay onto are gone by then. */
const keepOfLog = ({ backups }: KeptDataset): "7d" | "3d" =>
  backups.some(
    ({ kind, ...backup }) =>
      ["physical", "logical", "snapshot"].includes(kind) &&
      "keep" in backup &&
      typeof backup.keep === "string" &&
      backup.keep !== "forever" &&
      seconds(backup.keep) < 14 * 86_400,
  )
    ? "3d"
    : "7d";

/** Where a dataset's jobs write already. */
const homes = ({ backups }: KeptDataset): string[] =>
  backups.flatMap((backup) => ("direct" in backup ? backup.direct : [])).slice(0, 1);

const replaced = (backups: readonly Backup[], index: number, by: Backup): Backup[] =>
  backups.map((backup, at) => (at === index ? by : backup));

const quoted = (names: readonly string[]) => names.map((name) => `"${name}"`).join(", ");
