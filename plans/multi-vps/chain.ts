import { append, copy, cron, files, on, type PlanInput, wallet } from "../../plan/index.js";
import { everywhere, offsite } from "./stores.js";

/** What the chain needs, with the strictest class: nothing of it can be made again. */
export const chain = {
  "chain-state": files({
    at: "europe",
    category: "chain",
    class: "transactions",
    owner: "platform",
    path: "/srv/chain/state",
    size: "20GiB", // ours
    changes: "1GiB", // ours
    backups: [
      copy({
        schedule: cron("10 * * * *", { runner: "systemd", deadline: "30m" }), // Backup Strategy › Blockchain Data
        keep: "7d", // Backup Strategy › Blockchain Data
        direct: everywhere, // Backup Strategy › Blockchain Data; offsite is ours: a catastrophe takes all regions
      }),
      append({ within: "1m", keep: "7d", direct: ["store-eu", "store-us"] }), // ours: what hourly copies leave open for the class
    ],
  }),
  wallets: wallet({
    at: "europe",
    category: "wallets",
    class: "transactions",
    owner: "security",
    path: "/srv/chain/wallets",
    size: "10MiB", // ours
    changes: "1MiB", // ours
    backups: [
      copy({
        schedule: cron("55 1 * * *", { runner: "systemd" }),
        keep: "forever",
        direct: [offsite, "cold"],
      }), // Backup Strategy › Blockchain Data
      copy({ schedule: on("change", "2m"), keep: "forever", direct: [offsite, "store-us"] }), // ours: what daily copies leave open for the class
    ],
  }),
  contracts: files({
    at: "europe",
    category: "contracts",
    owner: "platform",
    path: "/srv/chain/contracts",
    size: "1GiB", // ours
    changes: "10MiB", // ours
    backups: [
      copy({ schedule: on("change", "10m"), keep: { versions: "all" }, direct: everywhere }), // Backup Strategy › Blockchain Data: on deployment, which is when they change
    ],
  }),
} satisfies PlanInput["datasets"];
