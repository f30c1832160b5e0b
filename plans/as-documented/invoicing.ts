import { cron, definePlan, logical } from "../../plan/index.js";
import worked from "../invoicing.js";
import { withBackups } from "./with-backups.js";

/** The source's own figures: a dump each day, kept 30 days off site; log and replica are "future" there. */
export default definePlan({
  ...worked,
  name: "invoicing-as-documented",
  datasets: withBackups(worked, {
    invoices: [
      logical({
        schedule: cron("0 3 * * *"), // Backup Strategy › Database Backups: daily; the hour is ours
        keep: "30d", // Backup Strategy › Database Backups
        direct: ["frankfurt", "ireland", "archive"],
      }),
    ],
  }),
});
