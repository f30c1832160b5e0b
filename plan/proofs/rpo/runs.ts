import { limits } from "../../limits.js";
import type {
  EventSchedule,
  KeptDataset,
  Plan,
  PointBackup,
  Schedule,
  StoredBackup,
} from "../../schema/index.js";
import { siteOf } from "../../sites.js";
import { bytes, humanSeconds, type Size, seconds } from "../../units.js";
import { gapsIfReadable } from "./gaps.js";
import type { Term } from "./terms.js";

const day = 86_400;
/** Starts further apart than this come by accident, as when an hour is missing, and promise nothing. */
const seldom = 180 * day;

/** How old the newest point can be at the sites its job writes to itself; or why nothing can be said. */
export type Age = { readonly terms: readonly Term[] } | { readonly unbounded: string };

/** How far apart due times are, seconds. */
interface Spacing {
  readonly longest: number;
  readonly withOneMissed: number;
  readonly shortest: number;
  readonly why: string;
}

/** How one schedule's runs are started. */
interface Starting {
  readonly spacing: (longerThan?: number) => Spacing | undefined;
  readonly unreadable: string;
  /** Seconds a start may come late. */
  readonly late: number;
  readonly lateWhat: string;
  readonly deadline: number;
  /** What happens to a run that is due while one is going. A systemd unit never runs beside itself. */
  readonly concurrency: "Forbid" | "Replace" | "Allow";
}

/** How old a job's newest point can be, where the job itself writes. */
export type PointAges = (backup: PointBackup) => Age;

/** The same for a dataset's jobs, each followed once. */
export function pointAges(plan: Plan, dataset: KeptDataset, asOf: Date): PointAges {
  const known = new Map<PointBackup, Age>();
  return (backup) => {
    const age = known.get(backup) ?? ageOfPoints(plan, dataset, backup, asOf);
    known.set(backup, age);
    return age;
  };
}

/** The longest a run keeps its place: until its deadline, and the upload of what it made. */
export const longestRun = (deadline: number, upload: number): number => deadline + upload;

/**
 * How old the newest complete point can be, in steady state.
 *
 * A point holds what was committed when its run started, and counts from the moment its upload ends. Between two good
 * runs one may be missed: not started within its time, or given up at its deadline.
 */
export function ageOfPoints(plan: Plan, dataset: KeptDataset, backup: PointBackup, asOf: Date): Age {
  const { schedule } = backup;
  if (schedule.kind === "event")
    return isTooMuch(plan, dataset, backup)
      ? { unbounded: tooMuch }
      : ageByEvent(plan, dataset, backup, schedule);
  const starting = startingOf(schedule, asOf);
  const spacing = starting.spacing();
  if (!spacing) return { unbounded: starting.unreadable };
  const { late, deadline, concurrency } = starting;
  const upload = uploadOf(plan, dataset, backup, spacing.withOneMissed + late);
  const busy = longestRun(deadline, upload.seconds) + late;
  if (concurrency === "Allow" || busy < spacing.shortest)
    return { terms: [...gapTerms(spacing), ...runTerms(starting, upload)] };
  if (concurrency === "Forbid") {
    // What changes while runs stand in each other's way is uploaded too, and takes longer for it.
    const apart = 2 * (spacing.longest + late + deadline);
    const slower = uploadOf(plan, dataset, backup, apart, 2);
    return { terms: [...blockedTerms(spacing, starting, slower), ...runTerms(starting, slower)] };
  }
  const spared = sparedStarts(plan, dataset, backup, starting, busy);
  if (spared) return spared;
  return {
    unbounded: `a run may take ${humanSeconds(busy)}, the next is due after ${humanSeconds(spacing.shortest)} and replaces it: none need ever end`,
  };
}

/** With runs that replace each other: only those count that have room until the next start. */
function sparedStarts(
  plan: Plan,
  dataset: KeptDataset,
  backup: PointBackup,
  starting: Starting,
  busy: number,
): Age | undefined {
  const spared = starting.spacing(busy);
  if (!spared || spared.longest > seldom) return undefined;
  const upload = uploadOf(plan, dataset, backup, spared.withOneMissed + starting.late);
  // They are further apart, so an incremental one moves more, and needs more room.
  const longer = longestRun(starting.deadline, upload.seconds) + starting.late;
  if (longer > busy) return sparedStarts(plan, dataset, backup, starting, longer);
  return { terms: [...gapTerms(spared), ...runTerms(starting, upload)] };
}

/**
 * What one run of a point moves, over what leaves the site; a job writes to each of its direct copies in turn.
 *
 * `apart`: seconds between two points; `turns`: how many uploads as long as this one lie between them besides.
 */
export function uploadOf(
  plan: Plan,
  dataset: KeptDataset,
  backup: PointBackup,
  apart: number,
  turns = 0,
): Term {
  const all = bytes(dataset.size);
  const { upload } = siteOf(plan, dataset.at);
  const copies = backup.direct.length;
  const perSecond = bytes(dataset.changes) / day;
  // Uploads move what changed during uploads: u = copies (changes (apart + turns u)) / upload.
  const share = (copies * perSecond * turns) / bytes(upload);
  const changed = share < 1 ? (perSecond * apart) / (1 - share) : all;
  const moved = movesChanges(dataset, backup) ? Math.min(all, changed) : all;
  return {
    name: "upload",
    seconds: (moved * copies) / bytes(upload),
    what: `upload of ${humanBytes(moved)}${copies > 1 ? ` to ${copies} copies` : ""} at ${upload} a second`,
  };
}

/** Whether a run moves only what changed: an incremental backup, and files, which restic keeps by content. */
const movesChanges = (dataset: KeptDataset, backup: PointBackup): boolean =>
  backup.kind === "physical"
    ? backup.type === "incremental"
    : backup.kind === "copy" && dataset.kind === "files";

function startingOf(schedule: Exclude<Schedule, { kind: "event" }>, asOf: Date): Starting {
  const deadline = seconds(schedule.deadline);
  const accuracy = limits.systemdAccuracy.seconds;
  if (schedule.kind === "interval") {
    const every = seconds(schedule.every);
    return {
      spacing: (longerThan = 0) =>
        every > longerThan
          ? { longest: every, withOneMissed: 2 * every, shortest: every, why: `every ${schedule.every}` }
          : undefined,
      unreadable: "it never starts",
      // Each start counts from the one before, so two of them can be late between two points.
      late: 2 * accuracy,
      lateWhat: "timer's accuracy, twice",
      deadline,
      concurrency: "Forbid",
    };
  }
  const { cron, timeZone, runner, concurrency } = schedule;
  return {
    spacing: (longerThan) => {
      const gaps = gapsIfReadable(schedule, asOf, longerThan);
      return gaps && { ...gaps, why: `after ${gaps.after.toISOString().slice(0, 16)}Z` };
    },
    unreadable: `"${cron}" in "${timeZone}" is no schedule, or starts fewer than three times in five years`,
    late: seconds(schedule.startWithin),
    lateWhat: "late start",
    deadline,
    concurrency: runner === "systemd" ? "Forbid" : concurrency,
  };
}

/** Whether what is stored as it changes piles up without end: to each direct copy, over the site's line. */
export const isTooMuch = (plan: Plan, dataset: KeptDataset, { direct }: StoredBackup): boolean =>
  bytes(dataset.changes) * direct.length > bytes(siteOf(plan, dataset.at).upload) * day;
/** The same in words. */
export const tooMuch = "more changes in a day than the site uploads in one";

/**
 * How long a copy that an event makes is uploaded: once, and twice for an event that comes while another's is. Where
 * only changes are moved, nobody knows how much one event changes; `isTooMuch` looks at what all of a day's do.
 */
export function eventUpload(plan: Plan, dataset: KeptDataset, backup: PointBackup) {
  const once = uploadOf(plan, dataset, backup, 0);
  return { once, twice: 2 * once.seconds };
}

function ageByEvent(
  plan: Plan,
  dataset: KeptDataset,
  backup: PointBackup,
  { on, within }: EventSchedule,
): Age {
  const { once, twice } = eventUpload(plan, dataset, backup);
  const terms: Term[] = [
    { name: "within", seconds: seconds(within), what: `until a copy made on ${on} is stored` },
    {
      name: "upload",
      seconds: Math.max(0, twice - seconds(within)),
      what: `more for the ${once.what}, after the one that is under way`,
    },
  ];
  if (on === "change" || changesOnlyOn(dataset, on)) return { terms };
  return { unbounded: `it is copied on ${on} only, and changes in between` };
}

/** Whether a dataset changes only when an event makes a copy of it too. Anything that is said not to change does. */
export const changesOnlyOn = (dataset: KeptDataset, on: string): boolean =>
  bytes(dataset.changes) === 0 ||
  (dataset.kind === "configuration" && (on === "deployment" || on === "upgrade")) ||
  (dataset.kind === "pki" && on === "issuance");

const gapTerms = ({ longest, withOneMissed, why }: Spacing): Term[] => [
  { name: "gap", seconds: longest, what: `longest between starts (${why})` },
  { name: "missed", seconds: withOneMissed - longest, what: "one missed run" },
];

const runTerms = ({ late, lateWhat, deadline }: Starting, upload: Term): Term[] => [
  { name: "late", seconds: late, what: lateWhat },
  { name: "deadline", seconds: deadline, what: "deadline" },
  upload,
];

/**
 * With runs that can still be going when the next is due, two of them take turns with the clock: the good one before
 * keeps its place to the end, the missed one too; after each the wait for a start is a whole gap.
 */
function blockedTerms({ longest, why }: Spacing, { late, deadline }: Starting, upload: Term): Term[] {
  const run = longestRun(deadline, upload.seconds);
  return [
    { name: "gap", seconds: longest, what: `longest between starts (${why})` },
    { name: "missed", seconds: longest, what: "one missed run" },
    {
      name: "overlap",
      seconds: 2 * run + late,
      what: "two runs that were still going when others were due, which were skipped",
    },
  ];
}

function humanBytes(amount: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"] as const;
  let shown = amount;
  let unit = 0;
  while (shown >= 1_024 && unit < units.length - 1) [shown, unit] = [shown / 1_024, unit + 1];
  return `${Number(shown.toFixed(1))}${units[unit]}` satisfies string as Size;
}
