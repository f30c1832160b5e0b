import {
  day,
  GiB,
  heardInTime,
  hour,
  late,
  lease,
  longestInterval,
  longestKept,
  longestOfChanges,
  lostByChanges,
  lostByRuns,
  minute,
  moving,
  sevenDays,
  share,
  sideBySide,
  start,
  year,
} from "./arithmetic.js";
import { backup, from, kept, type Moved, missed, near, type Threshold, upTo } from "./moved.js";

const far = ["region", "account", "provider"];
const week = 7 * day;
const halfHour = 30 * minute;
const decision = 2 * minute;

const dumps = (every: number, deadline: number, size: number, copies: number) =>
  lostByRuns(every, { late, deadline, stored: copies * moving(size) });
const changes = (every: number, deadline: number, size: number, copies: number) =>
  lostByChanges(every, late, deadline, share(size, copies));
const rarest = (size: number, copies: number) =>
  longestInterval(day, { deadline: hour, stored: copies * moving(size) });

/** The state of the chain: hourly, what changed, to three stores. */
const chain = { moved: share(GiB, 3), lost: changes(hour, halfHour, GiB, 3) };

/** How long backups are kept: until the next but one is complete, and long enough for their bucket's lock. */
const keeping = (
  name: string,
  index: number,
  { every, keep, deadline = hour, locks = false }: Keeping,
  ...losses: readonly Threshold[]
): Moved => ({
  [backup(name, index, "schedule/cron")]: [
    ...losses,
    upTo(longestKept(keep, deadline), kept("retention/keeps-one", name, index)),
  ],
  [backup(name, index, "keep")]: [
    from(2 * every, kept("schedule/keeps-one", name, index)),
    ...(locks ? [from(sevenDays, kept("retention/lock", name, index))] : []),
  ],
});
interface Keeping {
  readonly every: number;
  readonly keep: number;
  /** @default an hour */
  readonly deadline?: number;
  /** Whether others of its category are kept longer in the same bucket. @default false */
  readonly locks?: boolean;
}
const hourly = { every: hour, keep: day, deadline: halfHour, locks: true };
const daily = { every: day, keep: week };
const weekly = { every: week, keep: 30 * day };
const monthLong = { every: day, keep: 30 * day };

/** A run that may still be going when the next is due is late, its deadline long, and then stored. */
const overlap = (name: string, stored: number): Moved => ({
  [backup(name, 0, "schedule/deadline")]: [
    upTo(hour - late - stored, `schedule/overlap datasets.${name}.backups[0].schedule`),
  ],
});

/** Runs of the chain's state that take turns: four hours, three late starts, three runs; each stores what changed. */
const longestTurn = (rpo: number) => {
  const grows = (2 * chain.moved) / (1 - 2 * chain.moved);
  const turns = (rpo - 2 * hour - 2 * late) / 3;
  return (turns - grows * (hour + late)) / (1 + grows);
};

const onChange = (name: string): Moved => ({
  [backup(name, 0, "schedule/within")]: [upTo(day, ...missed(name))],
  [backup(name, 0, "keep/versions")]: [from(2, kept("retention/only-one", name, 0))],
});

/** The check fails and passes twice; answers expire after a minute. */
const [check, expiry] = [minute, minute];
/** Of critical data: accounts, content, uploads, logs, chain, contracts, wallets; then what points at some of it. */
const first = [5 * GiB, 20 * GiB, 50 * GiB, 50 * GiB, 20 * GiB, GiB, 10];
const settings = [100, 1];
const ghost = 5 * GiB;
/** Uploads and logs come from one store, which gives 100 MiB a second; three servers write and verify. */
const regionBack =
  check +
  decision +
  moving(101 + 100 * GiB + ghost) +
  lease +
  moving(sideBySide([...settings, ...first, ghost], 3)) +
  2 * start +
  check +
  expiry;
/** A server is made, and both levels of services start. */
const databaseBack = check + decision + 3 * minute + 2 * moving(5 * GiB) + lease + 2 * start + check + expiry;

const heard = (after: number, index: number) =>
  from(heardInTime(after, decision), `alerts/age alerts[${index}].after`);
const [strict, content, loose] = [heard(3 * minute, 2), heard(45 * minute, 3), heard(18 * hour, 4)];

/** Thresholds of D1 to D4. */
export const moved: Moved = {
  "/objectives/rpo": [
    from(dumps(day, hour, 5 * GiB, 1), ...missed("mautic", near)),
    from(dumps(week, hour, 5 * GiB, 4), ...missed("mautic", far)),
    ...["configuration", "secrets"].map((name) => from(10 * minute, ...missed(name))),
    from(changes(day, hour, 5 * GiB, 2), ...missed("logs")),
    from(chain.lost, ...missed("chain-state")),
    from(dumps(day, hour, 10, 2), ...missed("wallets")),
    strict,
    loose,
  ],
  "/objectives/classes/authentication/rpo": [
    from(dumps(hour, halfHour, 5 * GiB, 1), ...missed("auth", near)),
    from(dumps(day, hour, 5 * GiB, 3), ...missed("auth", far)),
    strict,
  ],
  "/objectives/classes/content/rpo": [
    from(dumps(hour, halfHour, 5 * GiB, 1), ...missed("ghost", near)),
    from(dumps(day, hour, 5 * GiB, 3), ...missed("ghost", far)),
    from(changes(day, hour, 500, 4), ...missed("ghost-content")),
    from(changes(day, hour, 200, 4), ...missed("mautic-assets")),
    from(minute, ...missed("uploads")),
    content,
  ],
  "/objectives/classes/analytics/rpo": [
    from(dumps(day, hour, 20 * GiB, 1), ...missed("analytics", near)),
    loose,
  ],
  "/objectives/rto/service": [from(check + start + check + expiry, "rto/service objectives.rto.service")],
  "/objectives/rto/database": [from(databaseBack, "rto/database objectives.rto.database database")],
  "/objectives/rto/region": [from(regionBack, "rto/region objectives.rto.region region")],
  "/keys/rotation": [upTo(year, "keys/rotation keys.rotation")],
  ...keeping("auth", 0, hourly),
  ...overlap("auth", moving(5 * GiB)),
  ...keeping("auth", 1, daily),
  ...keeping("auth", 2, weekly),
  ...keeping("ghost", 0, hourly),
  ...overlap("ghost", moving(5 * GiB)),
  ...keeping("ghost", 1, daily),
  ...keeping("ghost", 2, { ...weekly, locks: true }),
  ...keeping("mautic", 0, { ...daily, locks: true }, upTo(rarest(5 * GiB, 1), ...missed("mautic", near))),
  ...keeping("mautic", 1, { ...weekly, locks: true }, upTo(rarest(5 * GiB, 4), ...missed("mautic"))),
  ...keeping("analytics", 0, monthLong, upTo(rarest(20 * GiB, 1), ...missed("analytics", near))),
  ...keeping("ghost-content", 0, { ...monthLong, locks: true }),
  ...keeping("mautic-assets", 0, { ...monthLong, locks: true }),
  [backup("uploads", 0, "within")]: [upTo(hour, ...missed("uploads"))],
  [backup("uploads", 0, "keep")]: [
    from(minute, ...missed("uploads")),
    from(sevenDays, kept("retention/lock", "uploads", 0)),
  ],
  ...onChange("configuration"),
  ...onChange("secrets"),
  ...keeping(
    "logs",
    0,
    { every: day, keep: 90 * day },
    upTo(longestOfChanges(day, hour, share(5 * GiB, 2)), ...missed("logs")),
  ),
  ...keeping(
    "chain-state",
    0,
    { every: hour, keep: week, deadline: halfHour },
    upTo(longestOfChanges(day, halfHour, chain.moved), ...missed("chain-state")),
  ),
  [backup("chain-state", 0, "keep")]: [
    from(2 * hour, kept("schedule/keeps-one", "chain-state", 0)),
    from(chain.lost, ...missed("chain-state")),
  ],
  [backup("chain-state", 0, "schedule/deadline")]: [
    ...(overlap("chain-state", chain.moved * (2 * hour + late))[
      backup("chain-state", 0, "schedule/deadline")
    ] ?? []),
    upTo(longestTurn(day), ...missed("chain-state")),
  ],
  [backup("wallets", 0, "schedule/cron")]: [upTo(rarest(10, 2), ...missed("wallets"))],
  "/drills/4/every": [upTo(year, "drills/scope drills")],
  "/drills/5/every": [
    // A cold tier is read once a quarter: no sooner, and no later.
    from(80 * day, "compatibility/cold-reading drills[5].every"),
    upTo(92 * day, "drills/cold-storage drills"),
  ],
};
