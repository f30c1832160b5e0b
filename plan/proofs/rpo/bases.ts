import type { Backup, KeptDataset, Plan, PointBackup, Runner, StreamBackup } from "../../schema/index.js";
import { siteOf } from "../../sites.js";
import { type Duration, seconds } from "../../units.js";
import { spacingOfBackup } from "../holdings.js";
import { basesAt } from "./bound.js";
import { daily } from "./faster.js";
import type { Place } from "./places.js";

/** Who starts what is added: as the dataset's other backups, else what runs where it lives. */
export function runnerOf(plan: Plan, { at, backups }: Pick<KeptDataset, "at" | "backups">): Runner {
  for (const backup of backups)
    if ("schedule" in backup && backup.schedule.kind !== "event") return backup.schedule.runner;
  return siteOf(plan, at).kind === "aws-region" ? "kubernetes" : "systemd";
}

/**
 * Backups with points beneath each log at a place: those there are, written there too, or a new one.
 *
 * @param added a log among them that is new: at the sites it had none before it may have points that are gone too soon
 */
export function withBases(
  plan: Plan,
  dataset: KeptDataset,
  { names }: Place,
  backups: readonly Backup[],
  asOf: Date,
  added?: Backup,
): Backup[] {
  const result = [...backups];
  for (const backup of backups) {
    if (backup.kind !== "wal" && backup.kind !== "binlog") continue;
    const isNew = (site: string) => backup === added || names.includes(site);
    const covers = (base: PointBackup) => coverOf(base, asOf) >= seconds(backup.keep);
    for (const site of new Set([...backup.direct, ...names])) {
      const there = basesAt({ ...dataset, backups: result } as KeptDataset, backup, site);
      if (isNew(site) ? there.some((base) => base.direct.includes(site) && covers(base)) : there.length > 0)
        continue;
      const base = result
        .filter((other): other is PointBackup => isBase(dataset, backup, other))
        .toSorted((a, b) => Number(covers(b)) - Number(covers(a)))[0];
      if (base && (covers(base) || backup !== added))
        result[result.indexOf(base)] = writtenTo(base, { names: [site], sites: {} });
      else result.push(newBase(backup, site, runnerOf(plan, dataset)));
    }
  }
  return result;
}

/** A backup that its job writes to a place itself; nothing that was written is left out. */
export function writtenTo<Kind extends PointBackup | StreamBackup>(
  backup: Kind,
  { names }: Pick<Place, "names" | "sites">,
): Kind {
  return {
    ...backup,
    direct: [...new Set([...backup.direct, ...names])],
    replicated: backup.replicated.filter((site) => !names.includes(site)),
  };
}

/** How long a log is kept that is added: a week, or less where points that it would replay onto are gone by then. */
export function keepOfLog(dataset: KeptDataset, kind: StreamBackup["kind"], asOf: Date): Duration {
  const log: StreamBackup = { kind, within: "1h", keep: "7d", direct: [], replicated: [] } as StreamBackup;
  const covers = dataset.backups.flatMap((backup) =>
    isBase(dataset, log, backup) ? [coverOf(backup, asOf)] : [],
  );
  const longest = covers.length > 0 ? Math.max(...covers) : Number.POSITIVE_INFINITY;
  return lengths.find((length) => seconds(length) <= longest) ?? lengths[0];
}

const lengths = ["7d", "3d", "2d", "1d", "12h", "6h"] as const;

/** The longest that log may be kept for its first moment to have this beneath it, in seconds. */
function coverOf(base: PointBackup, asOf: Date): number {
  const spacing = spacingOfBackup(base, asOf);
  if (!spacing || typeof base.keep !== "string" || base.keep === "forever") return Number.POSITIVE_INFINITY;
  return seconds(base.keep) - spacing.withOneMissed - spacing.deadline;
}

const isBase = (dataset: KeptDataset, stream: StreamBackup, other: Backup): other is PointBackup =>
  "schedule" in other &&
  other.schedule.kind !== "event" &&
  basesAt({ ...dataset, backups: [other] } as KeptDataset, stream, other.direct[0] ?? "").length > 0;

/** Kept for a week's log, two starts a day apart with one missed, and some days more. */
const newBase = (stream: StreamBackup, site: string, runner: Runner): PointBackup => {
  const copies = {
    schedule: daily("0 3 * * *", runner),
    keep: "14d" as const,
    direct: [site],
    replicated: [],
  };
  return stream.kind === "wal"
    ? { kind: "physical", type: "full", ...copies }
    : { kind: "logical", as: "read-only", ...copies };
};
