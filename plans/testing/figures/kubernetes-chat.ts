import {
  day,
  GiB,
  heardInTime,
  hour,
  late,
  lease,
  longestKept,
  lostByRuns,
  minute,
  month,
  moving,
  replicated,
  sevenDays,
  start,
  year,
} from "./arithmetic.js";
import { backup, from, kept, type Moved, missed, near, type Threshold, upTo } from "./moved.js";

const here = [...near, "region"];
const dumps = lostByRuns(day, { late, deadline: hour, stored: moving(10 * GiB) });
const alert = "alerts/age alerts[2].after";
const decision = 10 * minute;

/** The check fails and passes three times; answers expire after a minute. */
const [check, expiry] = [30, minute];
/** Check, decision, restore, lease, verification, start, check, TTL; infrastructure besides. */
const databaseBack = check + decision + moving(10 * GiB) + lease + moving(10 * GiB) + start + check + expiry;
/** Configuration, database and records are restored; the database takes longest to verify. */
const siteBack =
  check + decision + moving(21) + moving(11 * GiB) + lease + moving(10 * GiB) + start + check + expiry;
const database = "rto/database objectives.rto.database database";
const cluster = "rto/cluster objectives.rto.cluster database";
const region = "rto/region objectives.rto.region region";

const locked = (name: string, index = 0): Threshold => from(sevenDays, kept("retention/lock", name, index));
/** What is copied on each change, or as it comes: it is kept until the next is there. */
const asItComes = (name: string, field: string, within: number): Moved => ({
  [backup(name, 0, field)]: [upTo(5 * minute, ...missed(name, here))],
  [backup(name, 0, "keep")]: [from(within, ...missed(name, here)), locked(name)],
});
const configurations = ["infrastructure-state", "configuration", "secrets"];

/** Thresholds of C1. */
export const moved: Moved = {
  "/objectives/rpo": [
    from(dumps, ...missed("messages", near)),
    from(dumps + replicated, ...missed("messages", ["region"])),
    ...configurations.map((name) => from(4 * minute, ...missed(name, here))),
    from(minute, ...missed("restore-records", here)),
    from(heardInTime(36 * hour, decision), alert),
  ],
  "/objectives/rto/database": [from(databaseBack + 2 * hour, database)],
  "/objectives/rto/cluster": [from(siteBack + 2 * hour, cluster)],
  "/objectives/rto/region": [from(siteBack + 2 * hour, region)],
  "/recovery/provisioning": [
    upTo(hour - databaseBack, database),
    upTo(hour - siteBack, cluster),
    upTo(hour - siteBack, region),
  ],
  [backup("messages", 0, "schedule/cron")]: [
    upTo(longestKept(90 * day, hour), kept("retention/keeps-one", "messages", 0)),
  ],
  [backup("messages", 0, "keep")]: [
    from(2 * day, kept("schedule/keeps-one", "messages", 0)),
    locked("messages"),
  ],
  [backup("messages", 1, "keep")]: [locked("messages", 1)],
  ...Object.assign({}, ...configurations.map((name) => asItComes(name, "schedule/within", 4 * minute))),
  ...asItComes("restore-records", "within", minute),
  "/alerts/2/after": [upTo((5 * minute * 3) / 4, alert)],
  "/alerts/3/percent": [upTo(90, "alerts/storage alerts")],
  "/drills/0/every": [
    upTo(month, "copies/zero-errors drills"),
    // A key that is deleted can be saved for 30 days.
    upTo(30 * day, "keys/deletion-window keys.deletionWindow"),
  ],
  "/drills/2/every": [upTo(year, "drills/scope drills")],
};
