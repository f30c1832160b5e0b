import {
  day,
  GiB,
  heardInTime,
  hour,
  longestInterval,
  longestKept,
  longestOfChanges,
  lostByChanges,
  lostByRuns,
  minute,
  moving,
  type Runs,
  share,
  sideBySide,
  start,
  timer,
} from "./arithmetic.js";
import { backup, from, kept, type Moved, missed, near, type Threshold, upTo } from "./moved.js";

const deadline = 10 * minute;
/** Carried once a day, and two hours on the way. */
const [carriage, transit] = [day, 2 * hour];
/** What is lost with the site, whose copies are carried. */
const afar = 27 * hour;
const far = ["account", "provider"];

const runs = (size: number): Runs => ({ deadline, stored: moving(size) });
const [auth, messaging, channels] = [runs(2 * GiB), runs(20 * GiB), runs(5 * GiB)];
const files = share(5 * GiB, 1);

const lost = {
  auth: lostByRuns(day, auth),
  messaging: lostByRuns(hour, messaging),
  channels: lostByRuns(hour, channels),
  audit: hour,
  files: lostByChanges(day, timer, deadline, files),
  ...{ "file-keys": 30 * minute, authority: 30 * minute, configuration: 30 * minute, secrets: 30 * minute },
};
const alert = "alerts/age alerts[2].after";
/** The age alert comes after 45 minutes; a decision takes 30. */
const heard = from(heardInTime(45 * minute, 30 * minute), alert);

/** What is copied on each change, or as it comes. */
const asItComes = (name: string): readonly Threshold[] => [
  upTo(hour, ...missed(name, [...near, "region"])),
  upTo(afar, ...missed(name, far)),
];

/** Runs that can still be going when the next is due take turns: between two good ones lie two runs more. */
const crowded = ({ stored }: Runs) => {
  const run = deadline + stored;
  return { most: (hour - 2 * run - 2 * timer - run) / 2, busy: run + timer };
};

/** Messages go by the hour; a shorter interval helps only where runs have room, or follow at once. */
const hourly = (name: string, job: Runs): Moved => ({
  [backup(name, 0, "schedule/every")]: [
    upTo(crowded(job).most, ...missed(name, [...near, "region"])),
    from(crowded(job).busy, ...missed(name, [...near, "region"])),
    upTo(longestInterval(hour, job), ...missed(name, [...near, "region"])),
    upTo(longestInterval(afar, job), ...missed(name, far)),
    upTo(longestKept(30 * day, deadline), kept("retention/keeps-one", name, 0)),
  ],
  [backup(name, 0, "keep")]: [
    from(lostByRuns(hour, job), ...missed(name, far)),
    from(2 * hour + deadline, kept("retention/keeps-one", name, 0)),
  ],
});

const keptDaily = (name: string): Moved => ({
  [backup(name, 0, "keep")]: [from(2 * day + deadline, kept("retention/keeps-one", name, 0))],
});

/** Sizes of what is restored, in the order in which it is: what opens the rest, what it points at, the rest. */
const levels = [
  [10, 10, 10, 1],
  [2 * GiB, 5 * GiB, 200 * GiB, GiB],
  [20 * GiB, 5 * GiB],
];
const all = levels.flat();
const total = (sizes: readonly number[]) => sizes.reduce((sum, one) => sum + one, 0);
/** One store gives all of a level; of the first level the keys' store gives most. */
const read = moving(20 + total(levels[1] ?? []) + total(levels[2] ?? []));
const noticedAndDecided = 35 * minute;

/** Thresholds of A1. */
export const moved: Moved = {
  "/objectives/rpo": [
    ...Object.entries(lost).map(([name, seconds]) => from(seconds, ...missed(name, near))),
    heard,
  ],
  "/objectives/rpoBy/region": [
    ...Object.entries(lost).map(([name, seconds]) =>
      from(seconds + carriage + transit, ...missed(name, ["region"])),
    ),
    heard,
  ],
  "/objectives/rto/node": [
    from(
      // One machine is filled, one thing after the other, and joins with its Raft data.
      noticedAndDecided + hour + 2 * moving(total(all)) + 30 + moving(GiB) + 3 * start,
      "rto/node objectives.rto.node database",
    ),
  ],
  "/objectives/rto/cluster": [
    from(
      noticedAndDecided + hour + read + moving(sideBySide(all, 3)) + 3 * start,
      "rto/cluster objectives.rto.cluster database",
    ),
  ],
  "/objectives/rto/region": [
    from(
      // The keys' medium has to be fetched, which takes longer than to start machines.
      noticedAndDecided + transit + read + moving(sideBySide(all, 3)) + 3 * start,
      "rto/region objectives.rto.region region",
    ),
  ],
  "/sites/carried/every": (["messaging", "channels", "audit", "configuration", "secrets"] as const).map(
    (name) => upTo(afar - transit - lost[name], ...missed(name, ["region"])),
  ),
  [backup("auth", 0, "schedule/every")]: [
    upTo(longestInterval(hour, auth), ...missed("auth", [...near, "region"])),
    upTo(longestInterval(afar, auth), ...missed("auth", far)),
    upTo(longestKept(30 * day, deadline), kept("retention/keeps-one", "auth", 0)),
  ],
  ...keptDaily("auth"),
  ...hourly("messaging", messaging),
  ...hourly("channels", channels),
  [backup("files", 0, "schedule/every")]: [
    upTo(longestOfChanges(hour, deadline, files), ...missed("files", [...near, "region"])),
    upTo(longestOfChanges(afar, deadline, files), ...missed("files", far)),
    upTo(longestKept(30 * day, deadline), kept("retention/keeps-one", "files", 0)),
  ],
  ...keptDaily("files"),
  [backup("audit", 0, "within")]: asItComes("audit"),
  ...Object.fromEntries(
    ["file-keys", "authority", "configuration", "secrets"].map((name) => [
      backup(name, 0, "schedule/within"),
      asItComes(name),
    ]),
  ),
  // Two uploads of it have to fit.
  [backup("raft", 0, "schedule/within")]: [
    from(2 * moving(GiB), "schedule/within datasets.raft.backups[0].schedule.within"),
  ],
  [backup("raft", 0, "keep/count")]: [from(2, kept("retention/only-one", "raft", 0))],
};
