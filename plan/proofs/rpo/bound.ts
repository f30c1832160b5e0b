import { storedBackups } from "../../datasets.js";
import type {
  Backup,
  Disaster,
  KeptDataset,
  Plan,
  PointBackup,
  StoredBackup,
  StreamBackup,
} from "../../schema/index.js";
import { humanSeconds, seconds } from "../../units.js";
import { isAt, isLink, linkAt } from "./chain.js";
import { type Age, isTooMuch, type PointAges, pointAges, tooMuch } from "./runs.js";
import { lossesOf } from "./survivors.js";
import { sumOf, type Term } from "./terms.js";
import { onItsWay } from "./ways.js";

/** The most that one copy can lose, and why. */
export interface CopyBound {
  readonly site: string;
  /** Index in `backups`. */
  readonly index: number;
  readonly kind: KeptDataset["backups"][number]["kind"];
  /** Sum of the terms. */
  readonly seconds: number;
  readonly terms: readonly Term[];
}

/** A copy that is left but says nothing about how much it lacks. */
export interface UselessCopy {
  readonly site: string;
  readonly index: number;
  readonly kind: CopyBound["kind"];
  readonly why: string;
}

/** The most of a dataset that a disaster can cost. */
export interface RpoBound {
  /** Seconds; `Infinity` where nothing bounds it. */
  readonly seconds: number;
  /** The surviving copy that bounds it. */
  readonly best?: CopyBound;
  /** Every surviving copy with a bound, best first. */
  readonly copies: readonly CopyBound[];
  readonly useless: readonly UselessCopy[];
  /** What happens, for people. */
  readonly event: string;
}

/**
 * The most of a dataset's committed data, in seconds before the disaster, that no surviving copy holds.
 *
 * Covers: one missed run between two good ones, starts as late as `startWithin`, runs as long as their deadline, the
 * upload of what a run moves at the site's upload rate, replication within its bound, a change of clocks, a transfer
 * that begins right before a new point, a full backup that arrives later than what builds on it, and what is no longer
 * kept. Assumes that backups have been running for a while, that streams keep their
 * `within`, that replicas keep their lag, that no other traffic takes the upload away and that no transfer is missed.
 * For a mistake it is counted back from the mistake: what is written between it and the restore is lost besides.
 */
export function rpoBound(plan: Plan, dataset: KeptDataset, disaster: Disaster, asOf: Date): RpoBound {
  return boundOf(plan, dataset, disaster, copiesOf(plan, dataset, asOf));
}

/** Every copy of a dataset with what it can lack, whatever happens; for those who ask about several disasters. */
export type Copies = readonly (CopyBound | UselessCopy)[];

/** What is known already of a dataset's backups, by those that stay as they are while others are changed. */
export interface Known {
  readonly points: PointAges;
  /** Copies of backups that depend on no other. */
  readonly copies: Map<Backup, Copies>;
}

/** Nothing is known yet; good for as long as what the dataset is and the plan's sites stay as they are. */
export const nothingKnown = (plan: Plan, dataset: KeptDataset, asOf: Date): Known => ({
  points: pointAges(plan, dataset, asOf),
  copies: new Map(),
});

/**
 * What each copy of a dataset can lack while it is there.
 *
 * @param known for those who try one change after another. @default nothing
 */
export function copiesOf(
  plan: Plan,
  dataset: KeptDataset,
  asOf: Date,
  known = nothingKnown(plan, dataset, asOf),
): Copies {
  return dataset.backups.flatMap((backup, index): Copies => {
    const there = known.copies.get(backup);
    if (there) return there;
    const copies = copiesOfBackup(plan, dataset, backup, index, known.points);
    if (backup.kind === "replica" || ("schedule" in backup && !isLink(backup)))
      known.copies.set(backup, copies);
    return copies;
  });
}

function copiesOfBackup(
  plan: Plan,
  dataset: KeptDataset,
  backup: Backup,
  index: number,
  points: PointAges,
): Copies {
  const { kind } = backup;
  if (backup.kind === "replica") {
    const lag = backup.synchronous ? 0 : seconds(backup.lag);
    const what = backup.synchronous ? "the primary waits for the replica" : "the replica's lag";
    return [copyOf({ site: backup.to, index, kind }, [{ name: "lag", seconds: lag, what }])];
  }
  return [...backup.direct, ...backup.replicated].map((site) => {
    const age = ageAt(plan, dataset, backup, site, points);
    return "unbounded" in age
      ? { site, index, kind, why: age.unbounded }
      : copyOf({ site, index, kind }, age.terms);
  });
}

/** What is left of a dataset's copies after a disaster, best first; see `rpoBound`. */
export function boundOf(plan: Plan, dataset: KeptDataset, disaster: Disaster, all: Copies): RpoBound {
  const { event, survives, follows } = lossesOf(plan, dataset, disaster);
  const copies: CopyBound[] = [];
  const useless: UselessCopy[] = [];
  for (const copy of all) {
    if (!(copy.kind === "replica" ? follows : survives)(copy.site)) continue;
    if ("seconds" in copy) copies.push(copy);
    else useless.push(copy);
  }
  copies.sort((a, b) => a.seconds - b.seconds);
  const [best] = copies;
  if (!best) return { seconds: Number.POSITIVE_INFINITY, copies, useless, event };
  return { seconds: best.seconds, best, copies, useless, event };
}

/** Seconds of `boundOf` alone, for those who try many changes. */
export function lossOf(plan: Plan, dataset: KeptDataset, disaster: Disaster, all: Copies): number {
  const { survives, follows } = lossesOf(plan, dataset, disaster);
  let least = Number.POSITIVE_INFINITY;
  for (const copy of all)
    if (
      "seconds" in copy &&
      copy.seconds < least &&
      (copy.kind === "replica" ? follows : survives)(copy.site)
    )
      least = copy.seconds;
  return least;
}

const copyOf = (copy: Pick<CopyBound, "site" | "index" | "kind">, terms: readonly Term[]): CopyBound => ({
  ...copy,
  seconds: sumOf(terms),
  terms: terms.filter((term) => term.seconds > 0),
});

/** How old what a site holds can be. What is gone by then bounds nothing: it may be the newest that there is. */
function ageAt(plan: Plan, dataset: KeptDataset, backup: StoredBackup, site: string, points: PointAges): Age {
  const age =
    "schedule" in backup
      ? pointsAt(plan, dataset, backup, site, points)
      : onItsWay(plan, backup, site, streamAt(plan, dataset, backup, site, points));
  if ("unbounded" in age) return age;
  const { keep } = backup;
  const oldest = sumOf(age.terms);
  if (typeof keep === "string" && keep !== "forever" && seconds(keep) < oldest)
    return { unbounded: `it is kept ${keep}, and the newest there can be ${humanSeconds(oldest)} old` };
  return age;
}

function pointsAt(
  plan: Plan,
  dataset: KeptDataset,
  backup: PointBackup,
  site: string,
  points: PointAges,
): Age {
  if (!isLink(backup)) return onItsWay(plan, backup, site, points(backup));
  const { age, chain, needed } = linkAt(plan, dataset, backup, site, points);
  if ("unbounded" in age) return age;
  if (chain.fulls.length === 0) return { unbounded: `no full backup is kept at "${site}" beneath it` };
  if (needed === undefined)
    return { unbounded: `no clock makes the full backup at "${site}" that is beneath it` };
  const short = chain.fulls.find(({ keep }) => seconds(keep) < needed);
  return short
    ? {
        unbounded: `the full backup beneath it is kept ${short.keep}, and can be ${humanSeconds(needed)} old when it is needed`,
      }
    : age;
}

/**
 * A stream carries as far as its `within`, where the newest point beneath it is younger than the log is kept. A newer
 * point may be on its way still: the log since the one before is there, and that one is kept as long as it is needed.
 */
function streamAt(
  plan: Plan,
  dataset: KeptDataset,
  stream: StreamBackup,
  site: string,
  points: PointAges,
): Age {
  if (isTooMuch(plan, dataset, stream)) return { unbounded: tooMuch };
  const terms: Term[] = [
    {
      name: "within",
      seconds: seconds(stream.within),
      what: `until ${stream.kind} is stored, its upload included`,
    },
  ];
  if (stream.kind !== "wal" && stream.kind !== "binlog") return { terms };
  const bases = basesAt(dataset, stream, site);
  if (bases.length === 0)
    return {
      unbounded: `${stream.kind} replays onto ${stream.kind === "wal" ? "a physical backup" : "a dump or a snapshot"} only, and none is kept at "${site}"`,
    };
  const kept = seconds(stream.keep);
  const reach = bases.some((base) => {
    const age = ageAt(plan, dataset, base, site, points);
    return !("unbounded" in age) && sumOf(age.terms) <= kept;
  });
  return reach
    ? { terms }
    : { unbounded: `${stream.kind} is kept for a shorter time than the newest point beneath it can be old` };
}

/**
 * Points that a stream of log continues, at a site: physical backups for write-ahead log, and the provider's
 * snapshots where the provider runs the server; dumps and snapshots for binary log.
 */
export function basesAt(dataset: KeptDataset, stream: StreamBackup, site: string): PointBackup[] {
  const managed = dataset.kind === "postgres" && (dataset.runs === "rds" || dataset.runs === "aurora");
  const kinds: readonly StoredBackup["kind"][] =
    stream.kind === "binlog" ? ["logical", "snapshot"] : managed ? ["physical", "snapshot"] : ["physical"];
  return storedBackups(dataset).flatMap((backup) =>
    // One that an event makes may be older than any log that is kept.
    "schedule" in backup &&
    backup.schedule.kind !== "event" &&
    kinds.includes(backup.kind) &&
    isAt(backup, site)
      ? [backup]
      : [],
  );
}
