import { type Backup, type KeptDataset, type Plan, seconds } from "../../../plan/index.js";
import {
  datasetsOf,
  type Found,
  missedGap,
  providerOf,
  type Stored,
  siteAt,
  sitesOf,
  speed,
  stored,
} from "./places.js";

type Physical = Extract<Backup, { kind: "physical" }>;

const isPhysical = (backup: Stored): backup is Physical => backup.kind === "physical";
const day = 86_400;

/** Incremental and differential backups whose full one is not there, or is gone before the next is. */
export const orphans = (plan: Plan): Found =>
  datasetsOf(plan).flatMap(([name, dataset]) =>
    stored(dataset).flatMap(({ backup, index }) =>
      isPhysical(backup) &&
      backup.type !== "full" &&
      sitesOf(backup).some((site) => isOrphan(plan, dataset, backup, site))
        ? [`retention/parents datasets.${name}.backups[${index}]`]
        : [],
    ),
  );

/** At the worst, one is made right before the next full one, and used right before the next of its own kind. */
function isOrphan(plan: Plan, dataset: KeptDataset, link: Physical, site: string): boolean {
  const fulls = stored(dataset).flatMap(({ backup }) =>
    isPhysical(backup) && backup.type === "full" && sitesOf(backup).includes(site) ? [backup] : [],
  );
  const ages = fulls.flatMap((full) => madeEvery(plan, dataset, full) ?? []);
  const own = madeEvery(plan, dataset, link);
  if (ages.length === 0) return true;
  if (own === undefined) return false;
  const needed = Math.min(...ages) + own + carried(plan, link, site);
  return fulls.some(({ keep }) => seconds(keep) < needed);
}

/** Seconds from one start to the end of the next but one; undefined where no clock starts it. */
function madeEvery(plan: Plan, dataset: KeptDataset, backup: Physical): number | undefined {
  const gap = missedGap(backup);
  const { schedule } = backup;
  if (gap === undefined || schedule.kind === "event") return undefined;
  const late = schedule.kind === "cron" ? seconds(schedule.startWithin) : 120;
  const { upload } = siteAt(plan, dataset.at);
  const share =
    backup.type === "incremental"
      ? speed(dataset.changes, upload) * (gap / day)
      : speed(dataset.size, upload);
  return gap + late + seconds(schedule.deadline) + share * backup.direct.length;
}

/** Seconds that a copy is on its way to a site after the job has ended. */
function carried(plan: Plan, backup: Physical, name: string): number {
  const site = siteAt(plan, name);
  if (site.kind === "media") return seconds(site.every) + seconds(site.transit);
  if (backup.direct.includes(name)) return 0;
  return [site, siteAt(plan, backup.direct[0] ?? name)].every((each) => providerOf(each) === "aws")
    ? 900
    : day;
}
