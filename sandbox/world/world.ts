import { rename, writeFile } from "node:fs/promises";

import { type Places, placesOf, type RegionPlace, type WorldSpec } from "../address.js";
import { SandboxInputError } from "../errors.js";
import { readManifest } from "./manifest.js";
import { pathsOf, type WorldPaths } from "./paths.js";
import type { WorldTools } from "./tools.js";

/** A world on this machine, up or on its way up or down. */
export interface World {
  readonly spec: WorldSpec;
  readonly places: Places;
  readonly paths: WorldPaths;
  /** Programs that it was started with. */
  readonly tools: WorldTools;
  /** Folder of the world's CA. */
  readonly caDir: string;
  /** Images that its clusters hold, as docker-archive tars. */
  readonly images: readonly string[];
}

type Described = Pick<World, "spec" | "tools" | "caDir" | "images">;

/** Describes a world without looking at the machine. */
export function worldOf(manifest: Described): World {
  return { ...manifest, places: placesOf(manifest.spec), paths: pathsOf(manifest.spec.name) };
}

/** Writes down what a world consists of, so that other processes find it. */
export async function saveWorld({ spec, tools, caDir, images, paths }: World): Promise<void> {
  const manifest: Described = { spec, tools, caDir, images };
  await writeFile(`${paths.manifest}.new`, JSON.stringify(manifest, undefined, 2), { mode: 0o600 });
  await rename(`${paths.manifest}.new`, paths.manifest);
}

/**
 * Finds a world that was started by this or another process; undefined when there is none of that name.
 *
 * @throws DamagedWorld when its description cannot be read
 */
export async function findWorld(name: string): Promise<World | undefined> {
  const found = await readManifest(pathsOf(name).manifest, name);
  return found && worldOf({ ...found, tools: found.tools as WorldTools });
}

/** Finds a world. @throws SandboxInputError when there is none of that name. */
export async function openWorld(name: string): Promise<World> {
  const world = await findWorld(name);
  if (!world)
    throw new SandboxInputError(`sandbox "${name}" is not up`, `secondsite sandbox up --name ${name}`);
  return world;
}

/** Finds a region's place. @throws SandboxInputError naming the regions there are. */
export function regionOf(world: World, region: string): RegionPlace {
  const found = world.places.regions.find((place) => place.region === region);
  if (found) return found;
  const known = world.spec.regions.map((each) => each.region).join(", ");
  throw new SandboxInputError(`sandbox "${world.spec.name}" has no region "${region}"; it has ${known}`);
}
