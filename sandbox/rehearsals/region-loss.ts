import { setTimeout as sleep } from "node:timers/promises";

import { now, readLedger } from "../customer/index.js";
import { WorldError } from "../errors.js";
import { fail, status } from "../world/index.js";
import type { Control } from "./controls/index.js";
import { recordedSince } from "./forbidden.js";
import type { Outcome } from "./judge.js";
import type { GoodDay } from "./model.js";
import { momentOf } from "./moment.js";
import { archiveInterval } from "./rehearsed-plan.js";
import { takeOver } from "./take-over.js";

/** The primary's region is lost at the moment that the seed names; the standby takes over. */
export async function loseRegion(day: GoodDay, seed: number, control: Control): Promise<Outcome> {
  const { world, primary, timeline } = day;
  await control.beforeFault?.(day);
  await moment(day, seed);
  const begun = await timeline.phase(`Region ${primary.region} lost`, async () => {
    const at = now();
    await fail(world.spec.name, primary.region);
    const after = (await status(world.spec.name)).regions.find(({ region }) => region === primary.region);
    if (after?.link !== "down" || after.processes > 0 || after.gateAnswers)
      throw new WorldError(
        `the fault was not injected: ${primary.region} has ${after?.processes} processes, its link is ${after?.link}`,
      );
    return at;
  });
  await control.afterFault?.(day);
  const taken = await takeOver(day, begun, control.beforeVerification);
  await day.stopCustomer();
  const recorded = await recordedSince(day, begun.wall);
  return { ledgers: day.ledgers, taken, recorded, wrong: [], details: { fault: begun } };
}

/** Waits for the moment within the archive interval that the seed names. @throws WorldError when nobody writes by then */
export async function moment(
  day: Pick<GoodDay, "plan" | "dataset" | "timeline" | "signal" | "ledger" | "primary">,
  seed: number,
): Promise<void> {
  const { plan, dataset, timeline, signal } = day;
  const wait = momentOf(seed, archiveInterval(plan, dataset));
  await timeline.phase("The moment of the fault", async (say) => {
    say(`seed ${seed}: ${wait.toFixed(1)} s from now`);
    await sleep(wait * 1000, undefined, { signal });
  });
  // A rehearsal without load measures nothing.
  const last = readLedger(day.ledger).attempts.slice(-20);
  const committed = last.filter(
    ({ outcome, address }) => outcome === "committed" && address === day.primary.service,
  );
  if (committed.length < 10)
    throw new WorldError(
      `the load never ran: of the customer's last ${last.length} writes ${committed.length} were committed at the primary`,
    );
}
