import { cron, definePlan, logical } from "../../plan/index.js";
import worked from "../support-desk.js";
import { withBackups } from "./with-backups.js";

const direct = ["office", "offsite"];

/**
 * The source's own figures: a dump each day, and an alert when the newest is 25 hours old.
 *
 * Log is archived "for production" there, without a figure and without the physical backup it would replay onto.
 */
export default definePlan({
  ...worked,
  name: "desk-as-documented",
  datasets: withBackups(worked, {
    tickets: [
      logical({
        schedule: cron("0 2 * * *", { runner: "github-actions" }), // Backup Strategy › Database Backups: daily; the hour is ours
        keep: { daily: 7, weekly: 4, monthly: 12 }, // Backup Strategy › Database Backups
        direct,
        replicated: ["branch"],
      }),
    ],
  }),
  alerts: worked.alerts.map(
    (alert) => (alert.on === "age" ? { ...alert, after: "25h" as const } : alert), // Monitoring and Alerts
  ),
});
