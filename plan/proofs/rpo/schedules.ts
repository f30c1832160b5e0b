import { keptDatasets } from "../../datasets.js";
import { limits } from "../../limits.js";
import type { CronSchedule, KeptDataset, Plan, PointBackup } from "../../schema/index.js";
import { humanSeconds, seconds } from "../../units.js";
import type { Finding, Fix, Proof } from "../finding.js";
import { lengthsUpTo } from "./faster.js";
import { followedYears } from "./follow.js";
import { gapsIfReadable, gapsOf, type ScheduleGaps } from "./gaps.js";
import { onTime } from "./on-time.js";
import { uploadOf } from "./runs.js";

/** `schedule/*`: every schedule can be read, starts often enough to be one, and its runs do not stand in each other's way. */
export const schedules: Proof = (plan, asOf) =>
  keptDatasets(plan).flatMap(([name, dataset]) =>
    dataset.backups.flatMap((backup, index) => {
      if (!("schedule" in backup)) return [];
      const { schedule } = backup;
      const placed = { plan, name, dataset, backup, index };
      if (schedule.kind === "event") return onTime({ ...placed, schedule });
      return schedule.kind === "cron" ? ofCron({ ...placed, schedule }, asOf) : [];
    }),
  );

interface Placed {
  readonly plan: Plan;
  readonly name: string;
  readonly dataset: KeptDataset;
  readonly backup: PointBackup;
  readonly schedule: CronSchedule;
  readonly index: number;
}

function ofCron(placed: Placed, asOf: Date): Finding[] {
  const { schedule, name, index } = placed;
  const at = `datasets.${name}.backups[${index}].schedule`;
  const pointer = `/datasets/${name}/backups/${index}/schedule`;
  const wrong = (rule: string, message: string, arithmetic: string, fix: Fix): Finding => ({
    ...{ rule, severity: "error", at, message, arithmetic, fix },
  });
  let gaps: ScheduleGaps | undefined;
  try {
    gaps = gapsOf(schedule, asOf);
  } catch (problem) {
    if (!(problem instanceof RangeError)) throw problem;
    return [
      isZone(schedule.timeZone, asOf)
        ? wrong(
            "schedule/readable",
            problem.message,
            "read as the CronJob controller reads it, with five fields",
            readable(schedule, pointer, asOf),
          )
        : wrong(
            "schedule/readable",
            `"${schedule.timeZone}" is no time zone: its clocks are unknown`,
            "time zones are those of the IANA database, by their full names",
            readable(schedule, pointer, asOf),
          ),
    ];
  }
  if (!gaps)
    return [
      wrong(
        "schedule/starts",
        `"${schedule.cron}" starts fewer than three times in ${followedYears} years`,
        `followed from ${asOf.toISOString().slice(0, 10)} in ${schedule.timeZone}`,
        {
          sentence: "choose a day that every month has",
          patch: [{ op: "replace", path: `${pointer}/cron`, value: "0 2 1 * *" }],
        },
      ),
    ];
  return [
    ...keepsOne(placed, gaps),
    started(placed, at, gaps),
    ...tooOften(placed, at, gaps),
    ...crowded(placed, at, pointer, gaps, asOf),
  ];
}

function started({ schedule, backup }: Placed, at: string, gaps: ScheduleGaps): Finding {
  return {
    ...{ rule: "schedule/starts", severity: "info", at },
    message: `${backup.kind} backups start at most ${humanSeconds(gaps.longest)} apart`,
    arithmetic: `"${schedule.cron}" in ${schedule.timeZone} by ${schedule.runner}, followed for ${followedYears} years; longest after ${gaps.after.toISOString().slice(0, 16)}Z, ${humanSeconds(gaps.withOneMissed)} with one missed`,
  };
}

/** What is kept for less than the time between two points is gone before the next one is there. */
function keepsOne({ name, backup, index }: Placed, { withOneMissed }: ScheduleGaps): Finding[] {
  const { keep } = backup;
  if (typeof keep !== "string" || keep === "forever" || seconds(keep) >= withOneMissed) return [];
  const longer = `${Math.ceil(withOneMissed / 86_400)}d`;
  return [
    {
      ...{ rule: "schedule/keeps-one", severity: "error", at: `datasets.${name}.backups[${index}].keep` },
      message: `between two starts no backup of "${name}" is left: each is kept ${keep}`,
      arithmetic: `starts are ${humanSeconds(withOneMissed)} apart with one missed`,
      fix: {
        sentence: `set keep: "${longer}" or more`,
        patch: [{ op: "replace", path: `/datasets/${name}/backups/${index}/keep`, value: longer }],
      },
    },
  ];
}

/** GitHub Actions has a shortest interval. */
function tooOften({ schedule }: Placed, at: string, { shortest }: ScheduleGaps): Finding[] {
  const least = limits.githubShortestInterval;
  if (schedule.runner !== "github-actions" || shortest >= least.seconds) return [];
  return [
    {
      ...{ rule: "schedule/interval", severity: "error", at },
      message: `GitHub Actions does not start this every ${humanSeconds(shortest)}`,
      arithmetic: `shortest interval is ${humanSeconds(least.seconds)}: ${least.address}`,
      fix: {
        sentence: "start it every 5 minutes at the most",
        patch: [
          {
            op: "replace",
            path: `/${at.replace(/\[(\d+)\]/g, "/$1").replaceAll(".", "/")}/cron`,
            value: "*/5 * * * *",
          },
        ],
      },
    },
  ];
}

/** Runs that can still be going when the next is due. */
function crowded(placed: Placed, at: string, pointer: string, gaps: ScheduleGaps, asOf: Date): Finding[] {
  const { plan, dataset, backup, schedule } = placed;
  const concurrency = schedule.runner === "systemd" ? "Forbid" : schedule.concurrency;
  const upload = uploadOf(plan, dataset, backup, gaps.withOneMissed).seconds;
  const busy = seconds(schedule.startWithin) + seconds(schedule.deadline) + upload;
  const arithmetic = `${schedule.startWithin} late + ${schedule.deadline} deadline + ${humanSeconds(upload)} upload = ${humanSeconds(busy)}; the next start is due after ${humanSeconds(gaps.shortest)}`;
  if (concurrency === "Allow" || busy < gaps.shortest) return [];
  const fix = roomier(schedule, gaps.shortest, upload, pointer);
  const never = concurrency === "Replace" && gapsIfReadable(schedule, asOf, busy) === undefined;
  if (never)
    return [
      {
        ...{ rule: "schedule/replace", severity: "error", at, arithmetic, fix },
        message: "each run can be replaced before it ends, so none need ever end",
      },
    ];
  return [
    {
      ...{ rule: "schedule/overlap", severity: "warning", at, arithmetic, fix },
      message:
        concurrency === "Replace"
          ? "a run can be replaced before it ends"
          : "a run can still be going when the next is due, which is then skipped",
    },
  ];
}

/** A deadline and a tolerance that fit, where the upload leaves room for any. */
function roomier(schedule: CronSchedule, shortest: number, upload: number, pointer: string): Fix {
  const [startWithin] = lengthsUpTo(Math.min(seconds(schedule.startWithin), shortest / 6));
  const [deadline] = lengthsUpTo((shortest - upload) * 0.75);
  if (!startWithin || !deadline)
    return { sentence: `the upload alone takes ${humanSeconds(upload)}: start less often, or upload faster` };
  return {
    sentence: `set deadline: "${deadline}" and startWithin: "${startWithin}"`,
    patch: [
      { op: "replace", path: `${pointer}/deadline`, value: deadline },
      { op: "replace", path: `${pointer}/startWithin`, value: startWithin },
    ],
  };
}

/** What can be read: a known time zone, and an expression with Sunday as 0 if that is all that was wrong with it. */
function readable({ cron, timeZone, runner }: CronSchedule, pointer: string, asOf: Date): Fix {
  const fields = cron.split(/\s+/);
  const sunday = [...fields.slice(0, 4), (fields[4] ?? "").replace(/\b7\b/g, "0")].join(" ");
  const known = isZone(timeZone, asOf);
  const mended = [cron, sunday].find((one) => gapsIfReadable({ cron: one, timeZone: "UTC", runner }, asOf));
  const sentences = [
    ...(known ? [] : ['set timeZone: "UTC", or a name such as "Europe/Berlin"']),
    ...(mended === undefined ? ['write for example "0 2 * * *"'] : []),
    ...(mended !== undefined && mended !== cron ? [`write "${mended}"`] : []),
  ];
  return {
    sentence: sentences.join("; "),
    ...(mended === undefined
      ? {}
      : {
          patch: [
            ...(known ? [] : [{ op: "replace", path: `${pointer}/timeZone`, value: "UTC" } as const]),
            ...(mended === cron ? [] : [{ op: "replace", path: `${pointer}/cron`, value: mended } as const]),
          ],
        }),
  };
}

const isZone = (timeZone: string, asOf: Date): boolean =>
  gapsIfReadable({ cron: "0 2 * * *", timeZone, runner: "systemd" }, asOf) !== undefined;
