import { namedBackups } from "../../backup-names.js";
import { stateDatasets } from "../../datasets.js";
import { clusterSchedule } from "../../tended.js";
import type { Finding, Proof } from "../finding.js";

/**
 * `schedule/started-by`: who starts the backups of Pulumi's state where nothing that is deployed does, and with which
 * command. What was promised rests on somebody's pipeline or timer then, which no stack makes.
 */
export const startedBy: Proof = (plan) =>
  stateDatasets(plan).flatMap(([name, dataset]) =>
    namedBackups(dataset).flatMap(([kind, backup]): Finding[] => {
      if (!("schedule" in backup) || clusterSchedule(plan, backup)) return [];
      const { schedule } = backup;
      const command = `secondsite backup <plan> ${name}${kind === backup.kind ? "" : ` --kind ${kind}`}`;
      const at = `datasets.${name}.backups[${dataset.backups.indexOf(backup)}].schedule`;
      const [who, when] =
        schedule.kind === "event"
          ? ["whoever runs `pulumi up`", `after each, within ${schedule.within}, as the pipeline's last step`]
          : [
              schedule.runner,
              `${schedule.kind === "cron" ? `"${schedule.cron}" in ${schedule.timeZone}` : `every ${schedule.every}`}, set up by you`,
            ];
      return [
        {
          ...{ rule: "schedule/started-by", severity: "info", at },
          message: `Pulumi's state "${name}" is backed up by ${who}: ${command}`,
          arithmetic: `${when}; no stack makes anything that starts it`,
        },
      ];
    }),
  );
