import { copySites, postgresDatasets, storedBackups } from "../datasets.js";
import type { Plan, PostgresDataset, StoredBackup } from "../schema/index.js";
import { domainsOf } from "../sites.js";
import { humanSeconds, seconds } from "../units.js";
import type { Finding, Proof } from "./finding.js";
import { gapsIfReadable } from "./gaps.js";

/**
 * S3 Replication Time Control: 99.99 % of objects within 15 minutes. Plain replication states no time at all.
 * https://docs.aws.amazonaws.com/AmazonS3/latest/userguide/replication-time-control.html
 */
const replication = 15 * 60;

/** The most that may be lost at one copy, and why. */
interface Loss {
  readonly site: string;
  readonly seconds: number;
  readonly arithmetic: string;
}

/**
 * What is lost with the region a dataset lives in, by the best copy elsewhere.
 *
 * Log carries an RPO only at a site that has a physical backup to replay it onto.
 */
export const regionLoss: Proof = (plan, asOf) =>
  postgresDatasets(plan).map(([name, dataset]) => {
    const at = `datasets.${name}.backups`;
    const rule = "rpo/region";
    const objective = seconds(plan.objectives.rpo);
    const lost = domainsOf(plan, dataset.at).region;
    const losses = copiesOutside(plan, dataset, lost).flatMap((site) => lossAt(dataset, site, asOf));
    const [best] = losses.toSorted((a, b) => a.seconds - b.seconds);
    if (!best)
      return {
        ...{ rule, severity: "error", at },
        message: `when ${lost} is lost, "${name}" is lost: no backup of it is kept elsewhere`,
        arithmetic: `no site outside ${lost} is named in direct or replicated`,
        fix: { sentence: `add a site in another region to direct, in ${at}` },
      } satisfies Finding;
    const holds = best.seconds <= objective;
    return {
      ...{ rule, severity: holds ? "info" : "error", at },
      message: `when ${lost} is lost, at most ${humanSeconds(best.seconds)} of "${name}" is lost; the objective is ${plan.objectives.rpo}`,
      arithmetic: `best copy is "${best.site}": ${best.arithmetic}`,
      ...(holds ? {} : { fix: { sentence: fixFor(plan, dataset, name, best) } }),
    } satisfies Finding;
  });

function copiesOutside(plan: Plan, dataset: PostgresDataset, region: string): string[] {
  return copySites(dataset).filter((site) => domainsOf(plan, site).region !== region);
}

function lossAt(dataset: PostgresDataset, site: string, asOf: Date): Loss[] {
  const here = storedBackups(dataset).filter((backup) => holds(backup, site));
  const hasBase = here.some(({ kind }) => kind === "physical");
  return here.flatMap((backup) => {
    const late = backup.direct.includes(site) ? 0 : replication;
    const copied = late > 0 ? ` + ${humanSeconds(late)} until the store has copied it` : "";
    if (backup.kind === "wal")
      return hasBase
        ? {
            site,
            seconds: seconds(backup.within) + late,
            arithmetic: `log is stored within ${backup.within}, its upload included${copied}`,
          }
        : [];
    if (!("schedule" in backup) || backup.schedule.kind !== "cron") return [];
    const { schedule } = backup;
    const gaps = gapsIfReadable(schedule, asOf);
    if (!gaps) return [];
    return {
      site,
      seconds: gaps.withOneMissed + seconds(schedule.deadline) + late,
      arithmetic: `backups start at most ${humanSeconds(gaps.longest)} apart (after ${gaps.after.toISOString()}), ${humanSeconds(gaps.withOneMissed)} with one missed, + ${schedule.deadline} deadline${copied}`,
    };
  });
}

function fixFor(plan: Plan, { backups }: PostgresDataset, name: string, { site }: Loss): string {
  const index = backups.findIndex(({ kind }) => kind === "wal");
  const log = backups[index];
  if (log?.kind !== "wal")
    return `add wal({ within: "${plan.objectives.rpo}", direct: [..., "${site}"] }) to datasets.${name}.backups`;
  return seconds(log.within) > seconds(plan.objectives.rpo)
    ? `set within: "${plan.objectives.rpo}" or less in datasets.${name}.backups[${index}]`
    : `name "${site}" in direct of datasets.${name}.backups[${index}], and of the physical backup beneath it`;
}

const holds = ({ direct, replicated }: StoredBackup, site: string) =>
  direct.includes(site) || replicated.includes(site);
