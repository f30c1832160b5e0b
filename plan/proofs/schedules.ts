import { postgresDatasets } from "../datasets.js";
import { humanSeconds, seconds } from "../units.js";
import type { Finding, Proof } from "./finding.js";
import { scheduleGaps } from "./gaps.js";

/** Every schedule can be read, starts often enough to be one, and a run ends before the next begins. */
export const schedules: Proof = (plan, asOf) =>
  postgresDatasets(plan).flatMap(([name, { backups }]) =>
    backups.flatMap((backup, index) => {
      if (backup.kind !== "physical" || backup.schedule.kind !== "cron") return [];
      const { schedule } = backup;
      const at = `datasets.${name}.backups[${index}]`;
      const error = (rule: string, message: string, arithmetic: string, fix: string): Finding => ({
        ...{ rule, severity: "error", at: `${at}.schedule`, message, arithmetic, fix: { sentence: fix } },
      });
      try {
        const gaps = scheduleGaps(schedule.cron, schedule.timeZone, asOf);
        if (!gaps)
          return [
            error(
              "schedule/starts",
              `"${schedule.cron}" starts fewer than three times in 400 days`,
              `counted from ${asOf.toISOString().slice(0, 10)} in ${schedule.timeZone}`,
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
