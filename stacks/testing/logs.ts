import { readFile } from "node:fs/promises";

import { placesOf, type WorldSpec } from "../../sandbox/address.js";
import { pathsOf } from "../../sandbox/world/paths.js";

/** All that a program of a region has logged. */
export async function logOf(spec: WorldSpec, region: string, program: string): Promise<string> {
  const place = placesOf(spec).regions.find((each) => each.region === region);
  return readFile(pathsOf(spec.name).log(place?.namespace ?? "", program), "utf8");
}
