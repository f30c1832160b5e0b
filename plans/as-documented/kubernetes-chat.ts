import { cron, definePlan, logical, wal } from "../../plan/index.js";
import worked from "../kubernetes-chat.js";
import { withBackups } from "./with-backups.js";

/**
 * The source's own figures: a dump each night, log each hour on top of it, infrastructure made when it is needed, and
 * a warning after a day and a half.
 */
export default definePlan({
  ...worked,
  name: "chat-as-documented",
  recovery: {
    ...worked.recovery,
    provisioning: "2h", // Disaster Scenarios › Scenario 2: the least of what it estimates
  },
  datasets: withBackups(worked, {
    messages: [
      logical({
        schedule: cron("0 2 * * *"), // Backup Strategy › Full Backups
        keep: "90d", // Backup Strategy › Full Backups
        direct: ["virginia"],
        replicated: ["oregon"], // Disaster Scenarios › Scenario 3: restored from the replica
      }),
      wal({ within: "1h", keep: "7d", direct: ["virginia"], replicated: ["oregon"] }), // Backup Strategy › Incremental Backups
    ],
  }),
  alerts: worked.alerts.map(
    (alert) =>
      alert.on === "age" ? { ...alert, after: "36h" as const, severity: "warning" as const } : alert, // Monitoring and Alerting › Backup Alerts
  ),
});
