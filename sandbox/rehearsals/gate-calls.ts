import { readFile } from "node:fs/promises";

import type { CallRecord } from "../aws/index.js";
import type { World } from "../world/index.js";

/** Every call that a region's gate has had, oldest first. */
export async function callsOf({ places, paths }: World, region: string): Promise<CallRecord[]> {
  const place = places.regions.find((each) => each.region === region);
  if (!place) return [];
  const text = await readFile(paths.log(place.namespace, "gate-calls"), "utf8").catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return "";
      throw error;
    },
  );
  // The last line may be being written.
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as CallRecord);
}
