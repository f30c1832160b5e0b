import { postgresDatasets } from "../datasets.js";
import type { PostgresDataset } from "../schema/index.js";
import { humanSeconds, seconds } from "../units.js";
import type { Finding, Proof } from "./finding.js";
import { gapsIfReadable } from "./gaps.js";

/** Log replays onto a physical backup only: at every site, from the first moment of the time it is kept. */
export const pointInTime: Proof = (plan, asOf) =>
  postgresDatasets(plan).flatMap(([name, dataset]) =>
    dataset.backups.flatMap((backup, index) =>
      backup.kind === "wal" ? ofLog(name, dataset, { backup, index }, asOf) : [],
    ),
  );

interface Log {
  readonly backup: Extract<PostgresDataset["backups"][number], { kind: "wal" }>;
  readonly index: number;
}

function ofLog(
  name: string,
  { backups }: PostgresDataset,
  { backup: log, index }: Log,
  asOf: Date,
): Finding[] {
  const at = `datasets.${name}.backups[${index}]`;
  const bases = backups.flatMap((backup) => (backup.kind === "physical" ? [backup] : []));
  const without = [...log.direct, ...log.replicated].filter(
    (site) => !bases.some(({ direct, replicated }) => direct.includes(site) || replicated.includes(site)),
  );
  if (without.length > 0)
    return [
      {
        ...{ rule: "point-in-time/base", severity: "error", at },
        message: `log of "${name}" at ${without.join(", ")} replays onto nothing: no physical backup is kept there`,
        arithmetic: "log replays onto a physical backup of the same server only, never onto a dump",
        fix: {
          sentence:
            bases.length > 0
              ? `name ${without.join(", ")} in the physical backup's direct`
              : "add physical({ schedule, keep, direct })",
        },
      },
    ];
  return bases.flatMap((base): Finding[] => {
    const [window, kept] = [seconds(log.keep), seconds(base.keep)];
    if (base.schedule.kind !== "cron") return [];
    const gaps = gapsIfReadable(base.schedule, asOf);
    if (!gaps) return [];
    const needed = window + gaps.withOneMissed + seconds(base.schedule.deadline);
    const arithmetic = `log ${log.keep} + ${humanSeconds(gaps.withOneMissed)} between starts with one missed + ${base.schedule.deadline} deadline = ${humanSeconds(needed)}; backups are kept ${base.keep}`;
    if (window > kept)
      return [
        {
          ...{ rule: "point-in-time/useless-log", severity: "warning", at: `${at}.keep` },
          message: `log of "${name}" is kept ${log.keep}, but the oldest backup it could replay onto only ${base.keep}`,
          arithmetic,
          fix: { sentence: `set keep: "${base.keep}" or less, or keep backups longer` },
        },
      ];
    const holds = needed <= kept;
    return [
      {
        ...{ rule: "point-in-time/window", severity: holds ? "info" : "error", at: `${at}.keep` },
        message: holds
          ? `any moment of the last ${log.keep} of "${name}" can be restored`
          : `the first part of the ${log.keep} of "${name}" has no backup beneath it`,
        arithmetic,
        ...(holds ? {} : { fix: { sentence: `keep backups "${Math.ceil(needed / 86_400)}d" or more` } }),
      },
    ];
  });
}
