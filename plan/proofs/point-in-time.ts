import { keptDatasets } from "../datasets.js";
import type { Backup, BackupOf, CronSchedule, KeptDataset } from "../schema/index.js";
import { humanSeconds, seconds } from "../units.js";
import type { Finding, PatchStep, Proof } from "./finding.js";
import { broken, daysOf, holds, listed, risk, sitesOf, spacingOfBackup } from "./holdings.js";
import { pointer } from "./patched.js";

/**
 * Log replays onto its own kind of base only, at the site where both are, from the first moment of the time it is
 * kept: PostgreSQL's onto a physical backup, MySQL's onto a dump or snapshot that names its position.
 */
export const pointInTime: Proof = (plan, asOf) =>
  keptDatasets(plan).flatMap(([name, dataset]) =>
    // A managed database has no log of ours; `compatibility/managed` says so.
    dataset.kind === "postgres" && (dataset.runs === "rds" || dataset.runs === "aurora")
      ? []
      : dataset.backups.flatMap((log, index) =>
          log.kind === "wal" || log.kind === "binlog" ? ofLog({ name, dataset, log, index }, asOf) : [],
        ),
  );

type Base = BackupOf<"physical" | "logical" | "snapshot">;
interface Log {
  readonly name: string;
  readonly dataset: KeptDataset;
  readonly log: BackupOf<"wal" | "binlog">;
  readonly index: number;
}

const isBase = (log: Log["log"], backup: Backup): backup is Base =>
  log.kind === "wal"
    ? backup.kind === "physical" && backup.type === "full"
    : backup.kind === "logical" || backup.kind === "snapshot";

function ofLog(of: Log, asOf: Date): Finding[] {
  const { name, dataset, log, index } = of;
  const bases = dataset.backups.flatMap((backup, place) =>
    isBase(log, backup) ? [{ backup, index: place }] : [],
  );
  const at = `datasets.${name}.backups[${index}]`;
  const without = sitesOf(log).filter((site) => !bases.some(({ backup }) => sitesOf(backup).includes(site)));
  if (without.length > 0) return [baseless(of, at, without, bases[0]?.index)];
  return windows(of, `${at}.keep`, bases, asOf);
}

function baseless(of: Log, at: string, without: readonly string[], known: number | undefined): Finding {
  const { name, dataset, log } = of;
  const dumps = log.kind === "wal" && dataset.backups.some(({ kind }) => kind === "logical");
  const what = log.kind === "wal" ? "physical backup" : "dump that names its position";
  const path = pointer("datasets", name, "backups");
  const patch: PatchStep[] =
    known === undefined
      ? [{ op: "add", path: `${path}/-`, value: newBase(of) }]
      : without.map((site) => ({
          op: "add",
          path: `${path}/${known}/${log.direct.includes(site) ? "direct" : "replicated"}/-`,
          value: site,
        }));
  return broken(
    "point-in-time/base",
    at,
    {
      message: `log of "${name}" at ${without.join(", ")} replays onto nothing: no ${what} is kept there`,
      arithmetic:
        log.kind === "wal"
          ? `log replays onto a physical backup of the same server only, never onto a dump${dumps ? ": the dumps cannot take it" : ""}; ${sitesOf(log).length - without.length} of ${sitesOf(log).length} sites have one`
          : "the log goes on where a dump of the same server stopped, so the dump has to say where that was",
    },
    {
      sentence:
        known === undefined
          ? `add ${log.kind === "wal" ? "physical" : "logical"}({ schedule, keep, direct }) at ${listed(sitesOf(log))}`
          : `name ${without.join(", ")} in datasets.${name}.backups[${known}]`,
      patch,
    },
  );
}

/** A daily base at the log's sites, kept long enough for the log's window. */
function newBase({ dataset, log }: Log): Backup {
  const { direct, replicated } = log;
  const runner = dataset.kind === "postgres" && dataset.runs === "kubernetes" ? "kubernetes" : "systemd";
  const schedule: CronSchedule = {
    ...{ kind: "cron", cron: "0 3 * * *", timeZone: "UTC", runner },
    ...{ concurrency: "Forbid", startWithin: "5m", deadline: "1h" },
  };
  const point = {
    schedule,
    // Two starts a day apart with one missed, and the hour after which a run is given up.
    keep: daysOf(seconds(log.keep) + 3 * 86_400),
    ...{ direct, replicated },
  };
  return log.kind === "wal"
    ? { kind: "physical", type: "full", ...point }
    : { kind: "logical", as: "owner", ...point };
}

interface Placed {
  readonly backup: Base;
  readonly index: number;
}

/** A base beneath a log, with what it has to be kept for and what it is kept for, both in seconds. */
interface Beneath extends Placed {
  readonly needed: number;
  readonly kept: number;
  readonly arithmetic: string;
}

/** One base that is kept long enough suffices at a site; where none is, the one that is kept longest is looked at. */
function windows({ name, log }: Log, at: string, bases: readonly Placed[], asOf: Date): Finding[] {
  const perSite = sitesOf(log).map((site) =>
    bases
      .filter(({ backup }) => sitesOf(backup).includes(site))
      .map((base) => beneath(log, base, asOf))
      .toSorted((a, b) => (b?.kept ?? 0) - (a?.kept ?? 0)),
  );
  const short: Beneath[] = [];
  const enough: Beneath[] = [];
  for (const there of perSite) {
    const known = there.flatMap((base) => base ?? []);
    const covering = known.find(({ needed, kept }) => needed <= kept);
    if (covering) enough.push(covering);
    // Kept by number or calendar: what the window is over depends on the schedule, and gaps grow with age.
    else if (known[0] && known.length === there.length) short.push(known[0]);
  }
  const [some] = enough;
  if (short.length === 0)
    return some && enough.length === perSite.length
      ? [
          holds("point-in-time/window", at, {
            message: `any moment of the last ${log.keep} of "${name}" can be restored`,
            arithmetic: some.arithmetic,
          }),
        ]
      : [];
  const isUseless = ({ kept }: Beneath) => seconds(log.keep) > kept;
  return [
    ...tooShort(
      name,
      log,
      at,
      short.filter((base) => !isUseless(base)),
    ),
    ...useless(name, log, at, short.filter(isUseless)),
  ];
}

/** Undefined for what no clock starts, or what is kept by number or calendar. */
function beneath(log: Log["log"], placed: Placed, asOf: Date): Beneath | undefined {
  const { keep } = placed.backup;
  const spacing = spacingOfBackup(placed.backup, asOf);
  if (!spacing || typeof keep !== "string") return undefined;
  const kept = keep === "forever" ? Number.POSITIVE_INFINITY : seconds(keep);
  const needed = seconds(log.keep) + spacing.withOneMissed + spacing.deadline;
  const arithmetic = `log ${log.keep} + ${humanSeconds(spacing.withOneMissed)} between starts with one missed + ${humanSeconds(spacing.deadline)} deadline = ${humanSeconds(needed)}; backups are kept ${keep}`;
  return { ...placed, kept, needed, arithmetic };
}

/** Keeps each of these bases for as long as the log needs it. */
const longer = (name: string, bases: readonly Beneath[]) => ({
  sentence: `keep backups "${daysOf(Math.max(...bases.map(({ needed }) => needed)))}" or more`,
  patch: [...new Map(bases.map((base) => [base.index, base.needed]))].map(
    ([index, needed]): PatchStep => ({
      op: "replace",
      path: pointer("datasets", name, "backups", index, "keep"),
      value: daysOf(needed),
    }),
  ),
});

function tooShort(name: string, log: Log["log"], at: string, bases: readonly Beneath[]): Finding[] {
  const [first] = bases;
  if (!first) return [];
  const message = `the first part of the ${log.keep} of "${name}" has no backup beneath it`;
  return [broken("point-in-time/window", at, { message, arithmetic: first.arithmetic }, longer(name, bases))];
}

function useless(name: string, log: Log["log"], at: string, bases: readonly Beneath[]): Finding[] {
  const [first] = bases;
  if (!first) return [];
  const { sentence, patch } = longer(name, bases);
  const keep = String(first.backup.keep);
  return [
    risk(
      "point-in-time/useless-log",
      at,
      {
        message: `log of "${name}" is kept ${log.keep}, but the oldest backup it could replay onto only ${keep}`,
        arithmetic: first.arithmetic,
      },
      { sentence: `set keep: "${keep}" or less, or ${sentence}`, patch },
    ),
  ];
}
