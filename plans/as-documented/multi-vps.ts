import { append, copy, cron, definePlan, logical, on } from "../../plan/index.js";
import { allRegions, everywhere, home } from "../multi-vps/stores.js";
import worked from "../multi-vps.js";
import { withBackups } from "./with-backups.js";

const runner = "systemd";

const hourly = cron("5 * * * *", { runner, deadline: "30m" }); // Backup Strategy › Database Backups; the minute is ours
const daily = cron("20 1 * * *", { runner }); // Backup Strategy › Database Backups; the hour is ours
const weekly = cron("40 2 * * 0", { runner }); // Backup Strategy › Database Backups; day and hour are ours

/** Databases that matter most: hourly, daily and weekly dumps. */
const threefold = [
  logical({ schedule: hourly, keep: "24h", direct: home }), // Backup Strategy › Database Backups
  logical({ schedule: daily, keep: "7d", direct: allRegions }), // Backup Strategy › Database Backups
  logical({ schedule: weekly, keep: "30d", direct: everywhere }), // Backup Strategy › Database Backups
];

/** The source's own matrix of intervals, without the streams that its text mentions and no figure backs. */
export default definePlan({
  ...worked,
  name: "mesh-as-documented",
  datasets: {
    ...withBackups(worked, {
      auth: threefold,
      ghost: threefold,
      mautic: [
        logical({ schedule: daily, keep: "7d", direct: home }), // Backup Strategy › Database Backups
        logical({ schedule: weekly, keep: "30d", direct: everywhere }), // Backup Strategy › Database Backups
      ],
      analytics: [logical({ schedule: daily, keep: "30d", direct: home })], // Backup Strategy › Database Backups
      "ghost-content": [copy({ schedule: daily, keep: "30d", direct: everywhere })], // Backup Strategy › File System Backups
      "mautic-assets": [copy({ schedule: daily, keep: "30d", direct: everywhere })], // Backup Strategy › File System Backups
      uploads: [append({ within: "1m", keep: "90d", direct: ["store-eu", "offsite"] })], // Backup Strategy › File System Backups; the minute is ours
      configuration: [copy({ schedule: on("change", "10m"), keep: { versions: 10 }, direct: everywhere })], // Backup Strategy › File System Backups; the minutes are ours
      logs: [copy({ schedule: daily, keep: "90d", direct: ["store-eu", "offsite"] })], // Backup Strategy › File System Backups
    }),
    ...chain(),
  },
});

/** Chain data has no class in the source: its own row says how often. */
function chain() {
  const kept = withBackups(worked, {
    "chain-state": [copy({ schedule: hourly, keep: "7d", direct: allRegions })], // Backup Strategy › Blockchain Data
    wallets: [copy({ schedule: daily, keep: "forever", direct: ["offsite", "cold"] })], // Backup Strategy › Blockchain Data
    contracts: [copy({ schedule: on("deployment", "10m"), keep: { versions: "all" }, direct: everywhere })], // Backup Strategy › Blockchain Data; the minutes are ours
  });
  return Object.fromEntries(
    ["chain-state", "wallets", "contracts"].map((name) => {
      const { class: _class, ...dataset } = kept[name] as Extract<
        (typeof kept)[string],
        { backups: unknown }
      >;
      return [name, dataset];
    }),
  );
}
