import { append, copy, definePlan, every, on, snapshot } from "../../plan/index.js";
import worked from "../airgapped-messenger.js";
import { withBackups } from "./with-backups.js";

/** The source names methods and intervals, not machines: copies go where the worked plan's go. */
const copies = { direct: ["vault"], replicated: ["carried"] };
const keys = { direct: ["strongroom"], replicated: ["safe"] };
const deadline = "10m"; // ours

/** The source's own intervals: what it leaves open is as in the worked plan. Misses its own hour, so `check` fails. */
export default definePlan({
  ...worked,
  name: "messenger-as-documented",
  datasets: withBackups(worked, {
    auth: [copy({ schedule: every("24h", { deadline }), keep: "30d", ...copies })], // Backup Scope: daily or before changes
    messaging: [copy({ schedule: every("1h", { deadline }), keep: "30d", ...copies })], // Backup Scope: continuous or hourly
    channels: [copy({ schedule: every("1h", { deadline }), keep: "30d", ...copies })], // Backup Scope: the same
    audit: [append({ within: "1h", keep: "forever", ...copies })], // Backup Scope: as it comes, or hourly
    files: [copy({ schedule: every("24h", { deadline }), keep: "30d", ...copies })], // Backup Scope: daily
    raft: [snapshot({ schedule: on("upgrade", "1h"), keep: { count: 5 }, ...copies })], // Backup Scope: before an upgrade
    authority: [copy({ schedule: on("issuance", "30m"), keep: "forever", ...keys })], // Backup Scope: once and after any issuance
  }),
});
