import { EngineError } from "../../engines/errors.js";
import type { Captured } from "../../engines/postgres/capture.js";
import { capturePhysical } from "../../engines/postgres/capture-pod.js";
import { captureHost } from "../../engines/postgres/host/capture.js";
import { presentEpoch } from "../../engines/postgres/lease.js";
import { place } from "../../engines/postgres/placement.js";
import { endAbandoned } from "../../engines/unfinished.js";
import { type Plan, primarySite } from "../../plan/index.js";
import type { PhysicalBackup } from "../../plan/schema/index.js";
import { copyAt, wordsOf } from "../../vault/index.js";
import { connectionFrom } from "../sealed/connection.js";
import { endsKept } from "../sealed/heads.js";
import { postgresOf } from "../sealed/job.js";
import { asOnlyRun, leaseOf } from "../sealed/only-run.js";
import { type HostOptions, hostDataset } from "./job.js";

/** How a physical backup is taken now. */
export interface PhysicalOptions extends Omit<HostOptions, "site" | "asOf"> {
  /** Site that the server is at. @default the dataset's own */
  readonly takenAt?: string | undefined;
  readonly say: (line: string) => void;
}

/**
 * Takes a physical backup into every direct copy, now: of the server in a Pod, or of the one on this machine, as the only
 * run that does.
 *
 * @throws JobLeaseHeld (exit code 4) while another run has it; EngineError as `captureHost` does
 */
export async function backupPhysical(
  plan: Plan,
  dataset: string,
  backup: Pick<PhysicalBackup, "type" | "direct">,
  { takenAt, say, ...options }: PhysicalOptions,
): Promise<Captured[]> {
  if (postgresOf(plan, dataset).runs === "kubernetes") {
    const placement = place(plan, takenAt ?? primarySite(plan), dataset);
    const captured = await capturePhysical(placement, backup.type, await presentEpoch(placement), say);
    await endsKept(
      placement.direct.map((at) => copyAt(plan, dataset, at)),
      say,
    );
    return captured;
  }
  const of = await hostDataset(plan, dataset, options);
  const site = takenAt ?? of.spec.at;
  if (!Object.hasOwn(plan.sites, site))
    throw new EngineError(
      `plan "${plan.name}" has no site called "${site}"; it has ${Object.keys(plan.sites).join(", ")}`,
      2,
    );
  const address = await connectionFrom("postgres", process.env);
  // One repository takes one backup at a time, whatever its type.
  return asOnlyRun(of.copies, leaseOf(dataset, "physical"), say, async () => {
    const captured = await captureHost(of, { address, takenAt: site, backup }, say);
    await endsKept(of.copies, say);
    // A bucket's objects of ours go up in one request; on a disk a killed run leaves a file aside.
    for (const { store, place: at } of of.copies)
      if (at.kind === "folder")
        await endAbandoned(store, dataset, [], new Date()).catch((error: unknown) =>
          say(`what killed runs left at ${store.label} stays: ${wordsOf(error)}`),
        );
    return captured;
  });
}
