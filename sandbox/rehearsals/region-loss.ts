import { setTimeout as sleep } from "node:timers/promises";

import { postgresDatasets, seconds } from "../../plan/index.js";
import { now, readLedger } from "../customer/index.js";
import { WorldError } from "../errors.js";
import { fail, status } from "../world/index.js";
import type { GoodDay } from "./model.js";
import { momentOf } from "./moment.js";
import type { Fault } from "./take-over.js";

/** Waits for the moment that the seed names, then loses the primary's region. @throws WorldError when it did not fail */
export async function loseRegion(day: GoodDay, seed: number): Promise<Fault> {
  const { world, primary, timeline, signal } = day;
  const wait = momentOf(seed, archiveInterval(day));
  await timeline.phase("The moment of the fault", async (say) => {
    say(`seed ${seed}: ${wait.toFixed(1)} s from now`);
    await sleep(wait * 1000, undefined, { signal });
  });
  loadRan(day);
  return timeline.phase(`Region ${primary.region} lost`, async () => {
    const begun = now();
    await fail(world.spec.name, primary.region);
    const cut = now();
    const after = (await status(world.spec.name)).regions.find(({ region }) => region === primary.region);
    if (after?.link !== "down" || after.processes > 0 || after.gateAnswers)
      throw new WorldError(
        `the fault was not injected: ${primary.region} has ${after?.processes} processes, link ${after?.link}`,
      );
    return { begun, cut };
  });
}

/** A rehearsal without load measures nothing. @throws WorldError */
export function loadRan({ ledger, primary }: GoodDay): void {
  const { attempts } = readLedger(ledger);
  const recent = attempts.slice(-20).filter(({ outcome }) => outcome === "committed");
  if (recent.length < 10)
    throw new WorldError(
      `the load never ran: of the customer's last 20 writes ${recent.length} were committed at ${primary.service}`,
    );
}

/** The longest a commit may wait for the archive, in seconds. */
function archiveInterval({ plan, dataset }: GoodDay): number {
  const spec = postgresDatasets(plan).find(([name]) => name === dataset)?.[1];
  const wal = spec?.backups.find((backup) => backup.kind === "wal");
  return wal?.kind === "wal" ? seconds(wal.within) : 60;
}
