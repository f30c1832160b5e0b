import { existsSync } from "node:fs";
import { readdir, readFile, rm, rmdir } from "node:fs/promises";

import { type Places, placesOf, type WorldSpec } from "../address.js";
import { WorldError } from "../errors.js";
import { type Progress, silent } from "../progress.js";
import { DamagedWorld, recordedSpec } from "./manifest.js";
import { mountsBelow } from "./mounts.js";
import { placesList } from "./network.js";
import { dataRoot, pathsOf, runRoot } from "./paths.js";
import { commandLine, isAlive } from "./processes.js";
import { type Entry, programsOf, readRecord } from "./record.js";
import { run } from "./run.js";
import { checkSpec } from "./spec.js";
import { cgroupsOf, containersOf, killAll, markedProcesses, processesOf, removeCgroups } from "./takedown.js";
import { findWorld } from "./world.js";

/** What was found to take down. */
export interface DownResult {
  /** Whether there was anything of that world on this machine. */
  readonly wasUp: boolean;
  readonly processes: number;
}

/**
 * Takes a world down, whoever started it and however far it got: processes, mounts, namespaces, links, control
 * groups and folders. Goes by its record and by what the kernel shows.
 *
 * @param spec needed where a world's own description was lost; its name otherwise suffices.
 * @throws WorldError naming everything that is left behind.
 */
export async function down(
  spec: Pick<WorldSpec, "name"> & Partial<WorldSpec>,
  progress: Progress = silent,
): Promise<DownResult> {
  const { name } = spec;
  const paths = pathsOf(name);
  const entries = await readRecord(paths.record);
  const places = await placesOfWorld(spec, entries);
  const traces = existsSync(paths.data) || existsSync(paths.run) || markedProcesses(name).length > 0;
  if (!traces && (!places || (await leftovers(name, places)).length === 0)) {
    return { wasUp: false, processes: 0 };
  }
  // Read before the disks go: afterwards nothing tells whose a container was.
  const containers = places ? await containersOfAll(name, places) : [];
  let processes = 0;
  await progress.step("Processes", async (say) => {
    const find = async () => {
      const found = await Promise.all(
        (places ? placesList(places) : []).map((place) => processesOf({ paths }, place)),
      );
      const recorded = [...programsOf(entries).values()].filter(isAlive);
      const all = [...found.flat(), ...markedProcesses(name), ...recorded];
      return [...new Map(all.map((each) => [each.pid, each])).values()];
    };
    processes = (await find()).length;
    await killAll(find);
    say(`${processes} ended`);
  });
  await progress.step("Mounts, namespaces, links", async () => {
    for (const path of await mountsBelow(paths.run)) await run(["umount", "--lazy", path]);
    for (const path of await mountsBelow(paths.data)) await run(["umount", "--lazy", path]);
    if (!places) return;
    for (const link of await links(places)) await run(["ip", "link", "delete", link]);
    for (const namespace of await namespaces(places)) await run(["ip", "netns", "delete", namespace]);
    await removeCgroups(containers);
  });
  await progress.step("Folders", async () => {
    await rm(paths.run, { recursive: true, force: true });
    await rm(paths.data, { recursive: true, force: true });
    // Other worlds may be in them.
    for (const root of [runRoot, dataRoot]) await rmdir(root).catch(ignore("ENOTEMPTY", "ENOENT", "EBUSY"));
  });
  const left = places ? await leftovers(name, places, containers) : [];
  if (left.length > 0) throw new WorldError(`sandbox "${name}" left behind: ${left.join("; ")}`);
  return { wasUp: true, processes };
}

/** Where a world is: by its description, else by what it recorded, else by what the caller knows of it. */
async function placesOfWorld(
  spec: Pick<WorldSpec, "name"> & Partial<WorldSpec>,
  entries: readonly Entry[],
): Promise<Places | undefined> {
  const world = await findWorld(spec.name).catch((error: unknown) => {
    if (error instanceof DamagedWorld) return undefined;
    throw error;
  });
  if (world) return world.places;
  const known =
    recordedSpec(spec.name, entries) ?? (spec.net && spec.regions ? checkSpec(spec as WorldSpec) : undefined);
  return known && placesOf(known);
}

async function containersOfAll(name: string, { regions }: Places): Promise<readonly string[]> {
  const { place } = pathsOf(name);
  return (await Promise.all(regions.map(({ namespace }) => containersOf(place(namespace))))).flat();
}

/**
 * Everything of a world that is on this machine, each in words.
 *
 * @param containers ids that its nodes had; from their disks unless these are gone.
 */
export async function leftovers(
  name: string,
  places: Places,
  containers?: readonly string[],
): Promise<readonly string[]> {
  const paths = pathsOf(name);
  const there = async (path: string) => (await readdir(path).catch(ignore("ENOENT"))) !== undefined;
  const found = await Promise.all(
    placesList(places).map((place) => processesOf({ paths }, place, containers)),
  );
  const processes = new Map([...found.flat(), ...markedProcesses(name)].map((each) => [each.pid, each]));
  const cgroups = await cgroupsOf(containers ?? (await containersOfAll(name, places)));
  return [
    ...[...processes.keys()].map((pid) => `process ${pid} (${commandLine(pid)})`),
    ...(await namespaces(places)).map((each) => `network namespace ${each}`),
    ...(await links(places)).map((each) => `link ${each}`),
    ...[...(await mountsBelow(paths.run)), ...(await mountsBelow(paths.data))].map((each) => `mount ${each}`),
    ...cgroups.map((each) => `control group ${each}`),
    ...((await there(paths.data)) ? [`folder ${paths.data}`] : []),
    ...((await there(paths.run)) ? [`folder ${paths.run}`] : []),
  ];
}

/** Network namespaces of a world by their names' prefix. */
async function namespaces({ bridge }: Places): Promise<readonly string[]> {
  const all = (await readdir("/run/netns").catch(ignore("ENOENT"))) ?? [];
  return all.filter((each) => each.startsWith(`${bridge}-`));
}

/** The bridge and the host's ends of the links. */
async function links({ bridge }: Places): Promise<readonly string[]> {
  const all = (await readFile("/proc/net/dev", "utf8")).matchAll(/^\s*([^\s:]+):/gm);
  const own = new RegExp(`^${bridge}([vr]\\d+)?$`);
  return [...all].map(([, name = ""]) => name).filter((name) => own.test(name));
}

function ignore(...codes: readonly string[]): (error: NodeJS.ErrnoException) => undefined {
  return (error) => {
    if (!codes.includes(error.code ?? "")) throw error;
    return undefined;
  };
}
