import { namedBackups } from "../../backup-names.js";
import { postgresDatasets, stateDatasets } from "../../datasets.js";
import type { Plan } from "../../schema/index.js";
import { clusterSchedule } from "../../tended.js";
import type { Finding, Proof } from "../finding.js";

/**
 * `schedule/started-by`: who starts backups where nothing that is deployed does, and with which command. What was promised
 * rests on somebody's pipeline or timer then, which no stack makes.
 */
export const startedBy: Proof = (plan) => [...stateBackups(plan), ...unstarted(plan)];

function stateBackups(plan: Plan): Finding[] {
  return stateDatasets(plan).flatMap(([name, dataset]) =>
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
}

/** A server is in no cluster, and Kubernetes is who starts what says nothing else: then nobody does. */
function unstarted(plan: Plan): Finding[] {
  return postgresDatasets(plan)
    .filter(([, { runs }]) => runs === "server")
    .flatMap(([name, { backups }]) =>
      backups.flatMap((backup, index): Finding[] => {
        if (!("schedule" in backup) || !("runner" in backup.schedule)) return [];
        if (backup.schedule.runner !== "kubernetes") return [];
        return [
          {
            ...{
              rule: "schedule/started-by",
              severity: "warning",
              at: `datasets.${name}.backups[${index}].schedule`,
            },
            message: `nothing starts ${backup.kind} backups of "${name}": it runs on a server, and no stack makes a CronJob for one`,
            arithmetic: `runner is "kubernetes", which it is unless another is named`,
            fix: {
              sentence: `set runner: "systemd", and a timer that runs secondsite backup <plan> ${name} --kind ${backup.kind}`,
              patch: [
                {
                  op: "replace",
                  path: `/datasets/${name}/backups/${index}/schedule/runner`,
                  value: "systemd",
                },
              ],
            },
          },
        ];
      }),
    );
}
