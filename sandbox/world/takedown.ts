import { readdir, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import type { Place } from "../address.js";
import { WorldError } from "../errors.js";
import { worldMark } from "./launch.js";
import { networkIdentity } from "./network.js";
import {
  allProcesses,
  commandLine,
  environment,
  kill,
  type ProcessId,
  type RunningProcess,
} from "./processes.js";

/** Every process that belongs to a place, found by what the kernel knows rather than by our record. */
export async function processesOf(place: Place): Promise<readonly RunningProcess[]> {
  const network = await networkIdentity(place.namespace);
  const group = new RegExp(`:/${place.namespace}(/|$)`, "m");
  const all = allProcesses();
  // Pods have network namespaces of their own; their control groups tell where they belong, also after the
  // shim that was their parent has gone.
  const found = new Map(
    all
      .filter((process) => process.network === network || group.test(process.cgroups))
      .map((process) => [process.pid, process]),
  );
  const childrenOf = new Map<number, RunningProcess[]>();
  for (const each of all) childrenOf.set(each.parent, [...(childrenOf.get(each.parent) ?? []), each]);
  const queue = [...found.keys()];
  for (let pid = queue.pop(); pid !== undefined; pid = queue.pop()) {
    for (const child of childrenOf.get(pid) ?? []) {
      if (found.has(child.pid)) continue;
      found.set(child.pid, child);
      queue.push(child.pid);
    }
  }
  // Somebody may run a command from within; this very process is not the world's to end.
  found.delete(process.pid);
  return [...found.values()];
}

/** Processes marked as this world's, wherever they are. */
export function markedProcesses(name: string): readonly RunningProcess[] {
  return allProcesses().filter(
    ({ pid }) => pid !== process.pid && environment(pid).includes(worldMark(name)),
  );
}

/**
 * SIGKILL to everything that `find` finds, until it finds nothing: what a process started while we looked is
 * found the next time.
 *
 * @throws WorldError naming what did not end within 10 s.
 */
export async function killAll(find: () => Promise<readonly ProcessId[]>): Promise<void> {
  const deadline = performance.now() + 10_000;
  for (let left = await find(); left.length > 0; left = await find()) {
    if (performance.now() > deadline) {
      const names = left.map(({ pid }) => `${pid} (${commandLine(pid)})`).join(", ");
      throw new WorldError(`these processes did not end after SIGKILL: ${names}`);
    }
    for (const each of left) kill(each);
    await sleep(20);
  }
}

/** Control groups with this name below the root of each hierarchy, innermost first. */
export async function cgroupsOf(name: string): Promise<readonly string[]> {
  const root = "/sys/fs/cgroup";
  const hierarchies = [root, ...(await readdir(root)).map((each) => join(root, each))];
  const found = await Promise.all(hierarchies.map((each) => foldersBelow(join(each, name))));
  return found.flat();
}

/** Removes control groups; the kernel may need a moment to let go of an emptied one. */
export async function removeCgroups(name: string): Promise<void> {
  for (let tries = 0; tries < 50; tries++) {
    const folders = await cgroupsOf(name);
    if (folders.length === 0) return;
    for (const folder of folders) {
      await rmdir(folder).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== "EBUSY" && error.code !== "ENOENT") throw error;
      });
    }
    await sleep(20);
  }
}

async function foldersBelow(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  });
  if (!entries) return [];
  const below = await Promise.all(
    entries.filter((entry) => entry.isDirectory()).map((entry) => foldersBelow(join(path, entry.name))),
  );
  return [...below.flat(), path];
}
