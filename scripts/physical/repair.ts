import type { DatabaseAddress } from "../../engines/comparison/index.js";
import { EngineError } from "../../engines/errors.js";
import { storeLog } from "../../engines/postgres/host/archive.js";
import type { HostDataset } from "../../engines/postgres/host/dataset.js";
import { type Repaired, repairStructure } from "../../engines/postgres/host/repair.js";
import type { Replayed } from "../../engines/postgres/host/replay.js";
import { hostServer } from "../../engines/postgres/host/server.js";
import { type StructureFault, structureFaults } from "../../engines/postgres/structure.js";
import type { Plan } from "../../plan/index.js";
import { connectionFrom } from "../sealed/connection.js";
import { type HookPrograms, hooksOf } from "../sealed/hooks.js";
import { type HostOptions, hostDataset } from "./job.js";
import { planFolderRestore, restoreFolder } from "./restore.js";

/** A damaged database is repaired, or restored. */
export interface RepairOptions extends HostOptions {
  readonly say: (line: string) => void;
}

/** What is known before anything is touched. */
export interface Assessed {
  readonly of: HostDataset;
  readonly address: DatabaseAddress;
  readonly major: number;
  readonly faults: readonly StructureFault[];
}

/** What became of it. */
export interface RepairOutcome extends Repaired {
  /** Where what could not be repaired was restored to. @default it was repaired, or nobody said where */
  readonly restored?: Replayed & { readonly folder: string; readonly label: string };
}

/** Looks for damage; nothing is changed. @throws EngineError as `hostServer` and `structureFaults` do */
export async function assess(plan: Plan, dataset: string, options: RepairOptions): Promise<Assessed> {
  const of = await hostDataset(plan, dataset, options);
  const address = await connectionFrom("postgres", process.env);
  const { major, standby } = await hostServer(address);
  if (standby)
    throw new EngineError("the server is a standby: repair its primary, and make this one anew", 2);
  return { of, address, major, faults: await structureFaults(address, { major, thorough: true }) };
}

/**
 * Writers are stopped; what is damaged is rebuilt from what is whole; when that is not enough, everything that was committed
 * is restored into a new folder. Writers start again only on a database that is whole: where it was restored, that is for
 * whoever starts a server from the folder.
 *
 * @param into data folder for a restore. @default none: that something is left is the answer
 */
export async function repair(
  plan: Plan,
  { of, address, major, faults }: Assessed,
  programs: HookPrograms,
  into: string | undefined,
  { say, ...options }: RepairOptions,
): Promise<RepairOutcome> {
  const hooks = hooksOf(programs, async () => "");
  await hooks.notify(
    `${of.dataset}: ${faults.length} objects are damaged; writers are stopped for the repair`,
  );
  await hooks.stopWriters();
  say("writers are stopped");
  const repaired = await repairStructure(address, major, faults, say);
  if (repaired.left.length === 0) {
    await hooks.startWriters();
    await hooks.validate();
    await hooks.notify(`${of.dataset}: repaired; writers run again`);
    return repaired;
  }
  if (into === undefined) {
    await hooks.notify(
      `${of.dataset}: ${repaired.left.length} objects are damaged still; writers stay stopped`,
    );
    return repaired;
  }
  // All that was committed before the writers stopped.
  await storeLog(address);
  const intended = await planFolderRestore(plan, of.dataset, { ...options, into });
  const replayed = await restoreFolder(intended, say);
  await hooks.notify(
    `${of.dataset}: restored into ${into}; writers stay stopped until a server runs from there`,
  );
  return { ...repaired, restored: { ...replayed, folder: into, label: intended.point.label } };
}
