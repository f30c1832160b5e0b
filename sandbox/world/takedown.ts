import { existsSync } from "node:fs";
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
  isAlive,
  kill,
  type ProcessId,
  type RunningProcess,
} from "./processes.js";
import type { World } from "./world.js";

/** What a world's processes are found by. */
type Whose = Pick<World, "paths">;

/**
 * Every process that belongs to a place, found by what the kernel and the node's disk show rather than by our
 * record.
 *
 * @param ids of the place's containers; read from its disk by default.
 */
export async function processesOf(
  { paths }: Whose,
  place: Place,
  ids?: readonly string[],
): Promise<readonly RunningProcess[]> {
  const network = await networkIdentity(place.namespace);
  // Pods have network namespaces of their own; their control groups are named by container, which tells where
  // they belong also after the shim that was their parent has gone.
  const containers = new Set(ids ?? (await containersOf(paths.place(place.namespace))));
  const isPod = ({ cgroups }: RunningProcess) =>
    [...cgroups.matchAll(/\/([0-9a-f]{64})$/gm)].some(([, id = ""]) => containers.has(id));
  const all = allProcesses();
  const found = new Map(
    all
      .filter((process) => process.network === network || isPod(process))
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
  const killed = new Map<number, ProcessId>();
  while (true) {
    const found = await find();
    for (const each of found) {
      killed.set(each.pid, each);
      kill(each);
    }
    // One that is about to end has left its namespaces already, so that `find` no longer sees it.
    const left = [...killed.values()].filter(isAlive);
    if (found.length === 0 && left.length === 0) return;
    if (performance.now() > deadline) {
      const names = left.map(({ pid }) => `${pid} (${commandLine(pid)})`).join(", ");
      throw new WorldError(`these processes did not end after SIGKILL: ${names}`);
    }
    await sleep(20);
  }
}

/** Ids of a node's containers and Pod sandboxes, running or not, from its disk. */
export async function containersOf(placeDir: string): Promise<readonly string[]> {
  const cri = join(placeDir, "containerd", "io.containerd.grpc.v1.cri");
  const lists = await Promise.all(["sandboxes", "containers"].map((each) => folders(join(cri, each))));
  return lists.flat();
}

/** Control groups of these containers in every hierarchy, innermost first. */
export async function cgroupsOf(containers: readonly string[]): Promise<readonly string[]> {
  const paths = (await containerdGroups()).flatMap((each) => containers.map((id) => join(each, id)));
  return (await Promise.all(paths.map(foldersBelow))).flat();
}

/** Removes control groups; the kernel may need a moment to let go of an emptied one. */
export async function removeCgroups(containers: readonly string[]): Promise<void> {
  for (let tries = 0; tries < 50; tries++) {
    const left = await cgroupsOf(containers);
    if (left.length === 0) break;
    for (const folder of left) {
      await rmdir(folder).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== "EBUSY" && error.code !== "ENOENT") throw error;
      });
    }
    await sleep(20);
  }
  for (const parent of await containerdGroups()) {
    // Whoever else runs containerd here keeps it in use.
    await rmdir(parent).catch((error: NodeJS.ErrnoException) => {
      if (!["EBUSY", "ENOTEMPTY", "ENOENT"].includes(error.code ?? "")) throw error;
    });
  }
}

/** Control groups that containerd keeps its containers in, one per hierarchy. */
async function containerdGroups(): Promise<readonly string[]> {
  const root = "/sys/fs/cgroup";
  return [root, ...(await folders(root)).map((each) => join(root, each))].map((each) => join(each, "k8s.io"));
}

/** A folder and those below it, innermost first; none when it is gone. */
async function foldersBelow(path: string): Promise<readonly string[]> {
  if (!existsSync(path)) return [];
  const below = await Promise.all((await folders(path)).map((each) => foldersBelow(join(path, each))));
  return [...below.flat(), path];
}

/** Names of the folders in a folder; none when it is gone. */
async function folders(path: string): Promise<string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
