import { rm } from "node:fs/promises";

import type { DatabaseAddress } from "../../engines/comparison/index.js";
import { loadPlan } from "../../plans/load.js";
import { backupPhysical } from "../../scripts/physical/backup.js";
import { planFolderRestore, restoreFolder } from "../../scripts/physical/restore.js";
import { processorTime } from "../processor-time.js";
import type { RunFigures } from "../summary.js";
import { backupByHand, restoreByHand } from "./by-hand.js";

/** Who does it. */
export const ways = ["hand", "engine"] as const;
export type Way = (typeof ways)[number];

/** What is done, one after the other: a restore needs a backup. */
export const steps = ["backup", "restore"] as const;

/** One measured run; it has a process of its own. */
export interface RunOrder {
  readonly what: (typeof steps)[number];
  readonly by: Way;
  /** File of the plan. */
  readonly plan: string;
  /** File with a holder's identity. */
  readonly holder: string;
  /** Where the copies are, as `--store` says it. */
  readonly store: readonly string[];
  /** pgBackRest's configuration. */
  readonly config: string;
  readonly address: DatabaseAddress;
  /** Process of the server that is backed up; its CPU counts. */
  readonly server: number;
  /** Folder that is restored into; it is gone afterwards. */
  readonly into: string;
}

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
