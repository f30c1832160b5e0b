import { rm } from "node:fs/promises";

import { loadPlan } from "../../plans/load.js";
import { backupPhysical } from "../../scripts/physical/backup.js";
import { planFolderRestore, restoreFolder } from "../../scripts/physical/restore.js";
import { processorTime } from "../processor-time.js";
import type { RunFigures } from "../summary.js";
import { backupByHand, restoreByHand } from "./by-hand.js";
import type { RunOrder } from "./order.js";

/** Runs one order, and measures it. */
export async function measuredRun(order: RunOrder): Promise<RunFigures> {
  process.env.PGHOST = order.address.host;
  process.env.PGUSER = order.address.user;
  const pids = [process.pid, order.server];
  const [began, before] = [performance.now(), processorTime(...pids)];
  try {
    await (order.by === "hand" ? byHand : byEngine)(order);
    return {
      seconds: (performance.now() - began) / 1_000,
      processor: processorTime(...pids) - before,
    };
  } finally {
    await rm(order.into, { recursive: true, force: true });
  }
}

const byHand = (order: RunOrder) => (order.what === "backup" ? backupByHand(order) : restoreByHand(order));

async function byEngine({ what, plan: file, store, holder, into }: RunOrder): Promise<void> {
  const plan = await loadPlan(file);
  const say = () => undefined;
  if (what === "backup") {
    await backupPhysical(
      plan,
      "tickets",
      { type: "full", direct: ["office", "offsite"] },
      { store: [...store], say },
    );
    return;
  }
  const wish = { store: [...store], identity: [holder], site: "office", into };
  await restoreFolder(await planFolderRestore(plan, "tickets", wish), say);
}
