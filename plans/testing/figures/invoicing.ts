import {
  day,
  GiB,
  heardInTime,
  hour,
  late,
  lease,
  longestInterval,
  longestKept,
  lostByRuns,
  minute,
  month,
  moving,
  replicated,
  start,
  timer,
  year,
} from "./arithmetic.js";
import { backup, from, kept, type Moved, missed, near, type Threshold, upTo } from "./moved.js";

const here = [...near, "region", "account"];
/** Written to three stores, one after the other. */
const dumps = lostByRuns(day, { late, deadline: hour, stored: 3 * moving(10 * GiB) });
/** Logs are copied whole to the other account. */
const archived = { deadline: 5 * minute, stored: moving(10 * GiB) };
const archivedLost = lostByRuns(20 * minute, archived);

const [notice, decision] = [2 * minute, 5 * minute];
/** The check fails and passes three times; answers expire after a minute. */
const [check, expiry] = [30, minute];
const databaseBack = check + decision + 3 * minute + 2 * moving(10 * GiB) + lease + start + check + expiry;

const onlyOne = (name: string): readonly Threshold[] => [from(2, kept("retention/only-one", name, 0))];
const keepsOne = (name: string, index: number) => kept("retention/keeps-one", name, index);
const logs = "application-logs";

/** Thresholds of E1. */
export const moved: Moved = {
  "/objectives/rpo": [
    from(dumps, ...missed("invoices", here)),
    ...["certificates", "configuration", "infrastructure-state"].map((name) =>
      from(10 * minute, ...missed(name, here)),
    ),
    from(5 * minute, ...missed(logs, near)),
    from(5 * minute + replicated, ...missed(logs, ["region"])),
    from(archivedLost, ...missed(logs, ["account"])),
    from(heardInTime(30 * minute, decision), "alerts/age alerts[2].after"),
  ],
  // Probes fail, all instances start again, the check passes, answers expire.
  "/objectives/rto/service": [from(30 + start + check + expiry, "rto/service objectives.rto.service")],
  "/objectives/rto/database": [from(databaseBack, "rto/database objectives.rto.database database")],
  "/objectives/rto/certificates": [
    from(
      notice + decision + 2 * moving(100) + start,
      "rto/certificates objectives.rto.certificates database",
    ),
  ],
  [backup("invoices", 0, "schedule/cron")]: [upTo(longestKept(30 * day, hour), keepsOne("invoices", 0))],
  [backup("invoices", 0, "keep")]: [from(2 * day, kept("schedule/keeps-one", "invoices", 0))],
  [backup("certificates", 0, "schedule/within")]: [upTo(hour, ...missed("certificates", here))],
  [backup("certificates", 0, "keep/versions")]: onlyOne("certificates"),
  [backup(logs, 1, "schedule/every")]: [
    upTo(longestInterval(hour, archived), ...missed(logs, ["account"])),
    upTo(longestKept(400 * day, archived.deadline), keepsOne(logs, 1)),
  ],
  [backup(logs, 1, "schedule/deadline")]: [
    upTo(hour - 40 * minute - timer - archived.stored, ...missed(logs, ["account"])),
    upTo(400 * day - 40 * minute, keepsOne(logs, 1)),
  ],
  [backup(logs, 1, "keep")]: [
    from(archivedLost, ...missed(logs, ["account"])),
    from(40 * minute + archived.deadline, keepsOne(logs, 1)),
  ],
  [backup("configuration", 0, "schedule/within")]: [upTo(hour, ...missed("configuration", here))],
  [backup("configuration", 0, "keep/versions")]: onlyOne("configuration"),
  // One alone is deployed anew before anything serves.
  "/services/app/replicas": [from(2, "rto/service objectives.rto.service")],
  "/drills/0/every": [
    upTo(month, "copies/zero-errors drills"),
    // A key that is deleted can be saved for 30 days.
    upTo(30 * day, "keys/deletion-window keys.deletionWindow"),
  ],
  "/drills/2/every": [upTo(year, "drills/scope drills")],
};
