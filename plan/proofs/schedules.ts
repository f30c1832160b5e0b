import { humanSeconds, seconds } from "../units.js";
import { postgresDatasets } from "../vaults.js";
import type { Finding, Proof } from "./finding.js";
import { scheduleGaps } from "./gaps.js";

/** Every schedule can be read, starts often enough to be one, and a run ends before the next begins. */
export const schedules: Proof = (plan, asOf) =>
  postgresDatasets(plan).flatMap(([name, { backups }]) =>
    backups.flatMap((backup, index) => {
      if (backup.kind !== "physical") return [];
      const at = `datasets.${name}.backups[${index}]`;
      const error = (rule: string, message: string, arithmetic: string, fix: string): Finding => ({
        ...{ rule, severity: "error", at: `${at}.cron`, message, arithmetic, fix },
      });
      try {
        const gaps = scheduleGaps(backup.cron, backup.timeZone, asOf);
        if (!gaps)
          return [
            error(
              "schedule/starts",
              `"${backup.cron}" starts fewer than three times in 400 days`,
              `counted from ${asOf.toISOString().slice(0, 10)} in ${backup.timeZone}`,
              "choose a day that every month has",
            ),
          ];
        return seconds(backup.keep) < gaps.withOneMissed
          ? [
              error(
                "schedule/keeps-one",
                `between two starts no backup of "${name}" is left: each is kept ${backup.keep}`,
                `starts are ${humanSeconds(gaps.withOneMissed)} apart with one missed`,
                `set keep: "${Math.ceil(gaps.withOneMissed / 86_400)}d" or more`,
              ),
            ]
          : [];
      } catch (problem) {
        if (!(problem instanceof RangeError)) throw problem;
        return [
          error(
            "schedule/readable",
            problem.message,
            "read as cron with five fields",
            'write for example "0 2 * * *"',
          ),
        ];
      }
    }),
  );
