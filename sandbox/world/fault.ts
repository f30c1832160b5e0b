import type { RegionPlace } from "../address.js";
import { type Progress, silent } from "../progress.js";
import { ensureCa } from "./ca.js";
import { removeMounts } from "./mounts.js";
import { linkIsUp, removePlace, setLink } from "./network.js";
import { isAlive } from "./processes.js";
import { programsOf, readRecord } from "./record.js";
import { startRegion } from "./region.js";
import { containersOf, killAll, processesOf, removeCgroups } from "./takedown.js";
import { openWorld, regionOf, type World } from "./world.js";

/** How a region fails. */
export interface FailOptions {
  /** Cuts the link only; everything in the region goes on running. @default false */
  readonly linkOnly?: boolean;
}

/**
 * Makes a region fail: its link goes down and everything in it gets SIGKILL, Pods and their shims included.
 * Nothing is told to anybody. Its disks stay as they are.
 */
export async function fail(name: string, region: string, options: FailOptions = {}): Promise<void> {
  const world = await openWorld(name);
  const place = regionOf(world, region);
  await setLink(world.tools, place, "down");
  if (!options.linkOnly) await killAll(() => processesOf(world, place));
}

/**
 * Brings a region back. Where everything in it runs, its link goes up again; otherwise it starts as a machine
 * does after its power was cut: with the disks it had, and nothing else.
 */
export async function heal(name: string, region: string, progress: Progress = silent): Promise<void> {
  const world = await openWorld(name);
  const place = regionOf(world, region);
  if (await runs(world, place)) {
    if (!(await linkIsUp(world.tools, place))) await setLink(world.tools, place, "up");
    return;
  }
  await progress.step(`Region ${region}`, async (say) => {
    await killAll(() => processesOf(world, place));
    await removeMounts(world.paths, place.namespace);
    await removePlace(world.tools, place);
    await removeCgroups(await containersOf(world.paths.place(place.namespace)));
    await startRegion(world, await ensureCa(world.caDir), place, say);
  });
}

/** Whether every program that was started in a region still runs. */
async function runs(world: World, place: RegionPlace): Promise<boolean> {
  const programs = [...programsOf(await readRecord(world.paths.record)).values()];
  const own = programs.filter(({ namespace }) => namespace === place.namespace);
  return own.length > 0 && own.every(isAlive);
}
