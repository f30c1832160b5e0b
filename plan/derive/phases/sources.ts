import { copySites, isPoint, isStream, storedBackups } from "../../datasets.js";
import { coldRetrieval, limits } from "../../limits.js";
import { rpoObjective } from "../../objectives.js";
import { gapsIfReadable } from "../../proofs/gaps.js";
import type {
  BackupKind,
  Disaster,
  KeptDataset,
  Plan,
  Schedule,
  StoredBackup,
  StreamBackup,
} from "../../schema/index.js";
import { domainsOf, siteOf } from "../../sites.js";
import { bytes, humanSeconds, seconds } from "../../units.js";
import { criticalDatasets, type RestoreOrder, restoreOrder } from "../restore-order.js";

/** A plan with what is worked out once and needed by every scope. */
export interface Context {
  readonly plan: Plan;
  readonly order: RestoreOrder;
  /** Level of each dataset in that order. */
  readonly levelOf: ReadonlyMap<string, number>;
  /** Names of datasets that an objective of time waits for. */
  readonly critical: ReadonlySet<string>;
  /** Seconds between the starts of a schedule when one was missed; `Infinity` where nothing bounds them. */
  readonly worstGap: (schedule: Schedule) => number;
}

/** The copy that a dataset is restored from. */
export interface Source {
  readonly dataset: string;
  readonly site: string;
  /** Bytes that are moved. */
  readonly bytes: number;
  /** Bytes each second, by what the site gives and by what disks take. */
  readonly rate: number;
  /** Seconds until the site's copy can be read at all. */
  readonly wait: number;
  readonly waitBasis: string;
  /** Seconds of log replayed on top. */
  readonly replay: number;
  readonly replayBasis: string;
}

/** @param asOf schedules are followed from this day on */
export function contextOf(plan: Plan, asOf: Date): Context {
  const order = restoreOrder(plan);
  return {
    ...{ plan, order },
    critical: new Set(criticalDatasets(plan)),
    levelOf: new Map(order.datasets.flatMap((names, level) => names.map((name) => [name, level] as const))),
    worstGap(schedule) {
      if (schedule.kind === "interval") return 2 * seconds(schedule.every);
      if (schedule.kind === "event")
        return schedule.on === "change" ? seconds(schedule.within) : Number.POSITIVE_INFINITY;
      return gapsIfReadable(schedule, asOf)?.withOneMissed ?? Number.POSITIVE_INFINITY;
    },
  };
}

/**
 * The most that may be lost of a dataset in a disaster, in seconds; undefined where any loss is accepted.
 */
export function lossAllowed(plan: Plan, dataset: KeptDataset, disaster: Disaster): number | undefined {
  const allowed = rpoObjective(plan, dataset, disaster);
  return typeof allowed === "object" ? undefined : seconds(allowed);
}

/**
 * The copy a dataset is restored from: of those young enough for its objective the fastest, and if none is, the
 * youngest.
 *
 * @param lost sites that the disaster took
 * @param to site at which it is restored; absent for one that does not exist yet
 * @returns undefined when no copy of it is left
 */
export function sourceOf(
  context: Context,
  name: string,
  dataset: KeptDataset,
  disaster: Disaster,
  lost: (site: string) => boolean,
  to?: string,
): Source | undefined {
  const allowed = lossAllowed(context.plan, dataset, disaster) ?? Number.POSITIVE_INFINITY;
  const left = copySites(dataset)
    .filter((site) => !lost(site))
    .flatMap((site) => copyAt(context, name, dataset, site, to));
  const youngest = left.reduce((least, { age }) => Math.min(least, age), Number.POSITIVE_INFINITY);
  const [fastest] = left
    .filter(({ age }) => age <= Math.max(allowed, youngest))
    .toSorted((a, b) => duration(a.source) - duration(b.source));
  return fastest?.source;
}

const duration = ({ wait, bytes: moved, rate, replay }: Source) => wait + moved / rate + replay;

/** Streams and the points that they continue. */
const continued: Record<StreamBackup["kind"], readonly BackupKind[]> = {
  wal: ["physical"],
  binlog: ["logical"],
  append: ["copy"],
  versions: [],
};

function copyAt(
  { plan, worstGap }: Context,
  name: string,
  dataset: KeptDataset,
  site: string,
  to: string | undefined,
): { age: number; source: Source }[] {
  const here = storedBackups(dataset).filter(
    ({ direct, replicated }) => direct.includes(site) || replicated.includes(site),
  );
  const runs = here.filter(isPoint);
  // What is incremental restores nothing without a full one at the same site.
  const points = runs.some((backup) => backup.kind === "physical" && backup.type === "full")
    ? runs
    : runs.filter(({ kind }) => kind !== "physical");
  const basesOf = (backup: StoredBackup) =>
    isStream(backup) ? points.filter(({ kind }) => continued[backup.kind].some((base) => base === kind)) : [];
  const streams = here
    .filter(isStream)
    .filter((backup) => backup.kind === "append" || backup.kind === "versions" || basesOf(backup).length > 0);
  if (points.length + streams.length === 0) return [];
  const where = siteOf(plan, site);
  const age =
    Math.min(
      ...points.map(({ schedule }) => worstGap(schedule)),
      ...streams.map(({ within }) => seconds(within)),
    ) + (where.kind === "media" ? seconds(where.every) + seconds(where.transit) : 0);
  const log = streams.find((backup) => basesOf(backup).length > 0);
  const sinceBase = log && Math.min(...basesOf(log).map(({ schedule }) => worstGap(schedule)));
  const { wait, waitBasis } = waitAt(plan, site, to);
  return [
    {
      age,
      source: {
        ...{ dataset: name, site, bytes: bytes(dataset.size), wait, waitBasis },
        rate: Math.min(bytes(plan.recovery.restore), bytes(where.download)),
        ...(log && sinceBase !== undefined
          ? replayed(plan, dataset, seconds(log.within), Math.min(sinceBase, keptSeconds(log.keep)))
          : { replay: 0, replayBasis: "no log" }),
      },
    },
  ];
}

/** Log older than it is kept is not replayed, whatever the base's age. */
const keptSeconds = (keep: StoredBackup["keep"]) =>
  typeof keep === "string" && keep !== "forever" ? seconds(keep) : 31 * 86_400;

function replayed(plan: Plan, { changes }: KeptDataset, within: number, gap: number) {
  const moved = (bytes(changes) * gap) / 86_400;
  const segments = Math.ceil(gap / Math.max(within, 1));
  return {
    replay: moved / bytes(plan.recovery.replay) + segments * limits.segment.seconds,
    replayBasis: `${changes} a day for ${humanSeconds(gap)} at ${plan.recovery.replay}/s, and ${segments} segments at ${limits.segment.seconds} s`,
  };
}

function waitAt(plan: Plan, name: string, to: string | undefined): { wait: number; waitBasis: string } {
  const site = siteOf(plan, name);
  if (site.kind === "media")
    // What was carried to the very place is imported there already.
    return to !== undefined && domainsOf(plan, to).region === site.location
      ? { wait: 0, waitBasis: "" }
      : { wait: seconds(site.transit), waitBasis: `the medium from "${name}" takes ${site.transit}` };
  if (site.kind !== "object-store" || site.tier !== "cold") return { wait: 0, waitBasis: "" };
  const stated = coldRetrieval[site.provider];
  const wait = stated?.seconds ?? limits.coldRetrievalUnknown.seconds;
  return {
    wait,
    waitBasis: stated
      ? `"${name}" is cold: ${stated.phrase}`
      : `"${name}" is cold, and ${site.provider} states no time: as slow as the slowest that does`,
  };
}
