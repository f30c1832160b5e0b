import { namedBackups } from "../backup-names.js";
import type { CronSchedule, Drill, DrillKind, Plan } from "../schema/index.js";
import type { TendedDataset } from "../tended.js";
import { seconds } from "../units.js";

/** What is done to recovery points by the clock, once they are there. */
export const upkeepJobs = ["verify", "prune", "lock", "drill", "replay"] as const;
export type UpkeepJob = (typeof upkeepJobs)[number];

/** One of them for a dataset, and when it runs. */
export interface Upkeep {
  readonly job: UpkeepJob;
  readonly schedule: CronSchedule;
}

/** Hours of the day (UTC): after the night's backups, and one after the other, for pruning waits for a verification. */
const hours: Record<UpkeepJob, number> = { verify: 4, lock: 5, prune: 6, drill: 7, replay: 8 };

/** How long a run may take. */
const deadlines = {
  verify: "4h",
  prune: "1h",
  lock: "4h",
  drill: "12h",
  replay: "12h",
} as const satisfies Record<UpkeepJob, CronSchedule["deadline"]>;

/** The drill of a plan that a job is. */
const drillOf: Partial<Record<UpkeepJob, DrillKind>> = {
  verify: "integrity",
  drill: "restore",
  replay: "restore",
};

/**
 * What runs for a dataset, and when.
 *
 * Verifications and restore drills run as often as the plan's drills `integrity` and `restore` say, and not at all without
 * them. Locks are renewed and dumps pruned each day: a lock that ends, and a point that is kept too long, wait for nobody.
 * Only sealed points are pruned by the clock, for a tool prunes its repository itself; of those only dumps are restored by
 * it (a drill), for Pulumi's state takes a Pulumi of the version that wrote it. Physical points of a server in Kubernetes are
 * restored by a job of their own (a replay): it has a passphrase to open, and a database's room to fill.
 */
export function upkeepOf(plan: Pick<Plan, "drills">, name: string, spec: TendedDataset["spec"]): Upkeep[] {
  const dumps = namedBackups(spec).some(([, { kind }]) => kind === "logical");
  const physical =
    spec.kind === "postgres" &&
    spec.runs === "kubernetes" &&
    spec.backups.some(({ kind }) => kind === "physical");
  const sealed = dumps || spec.kind === "configuration";
  return upkeepJobs.flatMap((job): Upkeep[] => {
    if ((job === "prune" && !sealed) || (job === "drill" && !dumps) || (job === "replay" && !physical))
      return [];
    const every = drillOf[job] === undefined ? day : mostOften(plan.drills, drillOf[job], name);
    if (every === undefined) return [];
    return [
      {
        job,
        schedule: {
          ...{ kind: "cron", cron: cronOf(every, minuteOf(`${name}/${job}`), hours[job]), timeZone: "UTC" },
          ...{ runner: "kubernetes", concurrency: "Forbid", startWithin: "1h", deadline: deadlines[job] },
        },
      },
    ];
  });
}

const day = 86_400;

/** Seconds between two drills of a kind of a dataset; of several, the shortest. */
function mostOften(drills: readonly Drill[], kind: DrillKind, dataset: string): number | undefined {
  const own = drills.filter((drill) => drill.kind === kind && (drill.datasets?.includes(dataset) ?? true));
  return own.length === 0 ? undefined : Math.min(...own.map(({ every }) => seconds(every)));
}

/** Days that may lie between two runs of an expression's days and months, longest first. */
const rhythms = [
  [366, "1 1 *"],
  [184, "1 */6 *"],
  [92, "1 */3 *"],
  [62, "1 */2 *"],
  [31, "1 * *"],
  [7, "* * 0"],
] as const;

/** A month is 31 days where a plan says 30: that is no delay that anybody means. */
const tolerance = 1.04;

/** The rarest rhythm of the calendar that is not rarer than every so many seconds; daily at the most. */
export function cronOf(every: number, minute: number, hour: number): string {
  const days = (every / day) * tolerance;
  const rhythm = rhythms.find(([longest]) => longest <= days)?.[1] ?? "* * *";
  return `${minute} ${hour} ${rhythm}`;
}

/** A minute that is a name's own, so that not all begin at once. */
function minuteOf(name: string): number {
  let sum = 0;
  for (const character of name) sum = (sum * 31 + character.charCodeAt(0)) % 60;
  return sum;
}
