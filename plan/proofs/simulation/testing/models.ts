import type { KeptDataset, Plan, PointBackup } from "../../../schema/index.js";
import type { Job } from "./engine.js";
import { dueTimes, margin, simulatedDays } from "./starts.js";
import { amount, length } from "./units.js";

const day = 86_400;
/** How late systemd may be at each start of an interval, and it counts from the start before: twice over two. */
const twiceAccuracy = 120;

/** A point backup as something that runs. */
export interface Model {
  readonly backup: PointBackup;
  /** Index in `backups`. */
  readonly index: number;
  readonly due: Float64Array;
  readonly job: Job;
  /** The most a start is late, seconds. */
  readonly late: number;
  /** The longest until the upload begins, seconds. */
  readonly deadline: number;
  /** Seconds that the longest upload takes, about. */
  readonly upload: number;
  /** Time zone by whose clocks it starts. */
  readonly timeZone: string;
  readonly runner: string;
}

/** What runs for a dataset: all but what an event starts. */
export function modelsOf(plan: Plan, dataset: KeptDataset, first: Date): Model[] {
  return dataset.backups.flatMap((backup, index): Model[] => {
    if (!("schedule" in backup) || backup.schedule.kind === "event") return [];
    const { schedule } = backup;
    const upload = uploading(plan, dataset, backup);
    const common = { backup, index, deadline: length(schedule.deadline), runner: schedule.runner };
    if (schedule.kind === "interval") {
      const due = grid(length(schedule.every), first);
      const job = { concurrency: "Forbid", upload } as const;
      const longest = upload(2 * length(schedule.every));
      return [{ ...common, due, job, late: twiceAccuracy, upload: longest, timeZone: "UTC" }];
    }
    const { cron, timeZone, runner, startWithin } = schedule;
    // A systemd unit does not run beside itself, and nothing replaces it.
    const concurrency = runner === "systemd" ? "Forbid" : schedule.concurrency;
    const due = dueTimes(cron, timeZone, runner, first);
    const apart = ((due.at(-1) ?? 0) - (due[0] ?? 0)) / due.length;
    return [
      {
        ...{ ...common, due, timeZone, late: length(startWithin), upload: upload(2 * apart) },
        job: { concurrency, upload },
      },
    ];
  });
}

const grids = new Map<string, Float64Array>();

/** Due times of an interval that begins some time before the first day. */
function grid(every: number, first: Date): Float64Array {
  const key = `${every} ${first.getTime()}`;
  const from = first.getTime() / 1_000 - margin * day;
  const count = ((simulatedDays + 2 * margin) * day) / every;
  const due = grids.get(key) ?? Float64Array.from({ length: count }, (_, index) => from + index * every);
  grids.set(key, due);
  return due;
}

/** A job moves everything, or what changed since the newest point, to each of its direct copies in turn. */
function uploading(plan: Plan, dataset: KeptDataset, backup: PointBackup): (since: number) => number {
  const speed = amount(plan.sites[dataset.at]?.upload ?? "1B") / backup.direct.length;
  const all = amount(dataset.size);
  const onlyChanges =
    (backup.kind === "physical" && backup.type === "incremental") ||
    (backup.kind === "copy" && dataset.kind === "files");
  return (since) =>
    (onlyChanges ? Math.min(all, (amount(dataset.changes) / day) * Math.max(0, since)) : all) / speed;
}
