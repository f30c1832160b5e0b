import {
  day,
  GiB,
  heardInTime,
  hour,
  late,
  lease,
  longestInterval,
  lostByRuns,
  minute,
  moving,
  start,
  year,
} from "./arithmetic.js";
import { backup, from, kept, type Moved, missed, near, type Threshold, upTo } from "./moved.js";

/** Written to both stores, one after the other. */
const dumps = { late, deadline: hour, stored: 2 * moving(20 * GiB) };
const far = ["region", "account", "provider"];
/** A bucket is copied whole to the other provider, every eight hours. */
const bucket = (size: number) => lostByRuns(8 * hour, { late, deadline: 2 * hour, stored: moving(size) });
const alert = "alerts/age alerts[2].after";

/** The check fails three times; it passes as often, and answers expire. */
const [unhealthy, healthy, expiry] = [3 * minute, 3 * minute, minute];
const [notice, decision] = [10 * minute, hour];
/** Whoever is called sees that the worker failed; the others serve while it starts. */
const serviceBack = notice + start;
const databaseBack = unhealthy + 15 * minute + 2 * moving(20 * GiB) + lease + 2 * start + healthy + expiry;
/** Configuration and secrets are read and verified before. */
const regionBack = databaseBack + 2 * moving(101);
const service = "rto/service objectives.rto.service";
const database = "rto/database objectives.rto.database database";
const region = "rto/region objectives.rto.region region";
const onlyOne = (name: string): readonly Threshold[] => [from(2, kept("retention/only-one", name, 0))];

/** Thresholds of B1. */
export const moved: Moved = {
  "/objectives/rpo": [
    from(lostByRuns(day, dumps), ...missed("tickets")),
    ...["attachments", "transcripts"].map((name) => from(minute, ...missed(name, near))),
    from(bucket(200 * GiB), ...missed("attachments", far)),
    from(bucket(50 * GiB), ...missed("transcripts", far)),
    ...["configuration", "secrets"].map((name) => from(hour, ...missed(name))),
    from(heardInTime(25 * hour, decision), alert),
  ],
  "/objectives/rto/service": [from(serviceBack + decision, service)],
  "/objectives/rto/database": [from(databaseBack + decision, database)],
  "/objectives/rto/region": [from(regionBack + decision, region)],
  "/recovery/decision": [
    upTo(4 * hour - serviceBack, service),
    upTo(4 * hour - databaseBack, database),
    upTo(4 * hour - regionBack, region),
  ],
  [backup("tickets", 0, "schedule/cron")]: [
    upTo(longestInterval(day, { deadline: hour, stored: dumps.stored }), ...missed("tickets")),
  ],
  [backup("attachments", 0, "keep/versions")]: onlyOne("attachments"),
  [backup("transcripts", 0, "keep/versions")]: onlyOne("transcripts"),
  [backup("configuration", 0, "schedule/within")]: [upTo(day, ...missed("configuration"))],
  [backup("secrets", 0, "schedule/within")]: [upTo(day, ...missed("secrets"))],
  [backup("secrets", 0, "keep/versions")]: onlyOne("secrets"),
  "/alerts/2/after": [upTo(day - decision, alert)],
  "/drills/2/every": [upTo(year, "drills/scope drills")],
};
