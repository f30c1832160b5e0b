import { setUpArchiving as setUp } from "../../engines/postgres/host/archive.js";
import { loadPlan } from "../../plans/load.js";
import { hostDataset } from "../../scripts/physical/job.js";
import type { Machine } from "../../scripts/physical/testing/machine.js";
import type { RunOrder } from "./order.js";

/** Has the server archive as the plan says, as `secondsite archive --yes` does before and after a restart. */
export async function setUpArchiving(machine: Machine, { plan, store, holder }: RunOrder): Promise<void> {
  const of = await hostDataset(await loadPlan(plan), "tickets", {
    store: [...store],
    identity: [holder],
  });
  await setUp(of, machine.address, undefined, () => undefined);
  await machine.restart();
  await setUp(of, machine.address, undefined, () => undefined);
}
