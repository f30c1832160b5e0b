import { readdir } from "node:fs/promises";
import { join } from "node:path";

import { names } from "../../../plan/index.js";
import { directoryStore, readChain } from "../../../vault/index.js";
import { missedDamage } from "../../testing/random-damage.js";
import type { Desk } from "./desk.js";

/**
 * Changes single bytes over all objects of a dataset's sealed points that lie offsite: their parts, all entries with
 * their signatures, and the keys that sealed and signed them; and looks whether `verify` finds each of them.
 *
 * @returns what was not found, a line each
 */
export async function missedOffsite(
  desk: Desk,
  { dataset, kind }: Readonly<Record<"dataset" | "kind", string>>,
  positions: number,
  seed: number,
): Promise<string[]> {
  const copy = join(desk.offsite, "desk-offsite-customer");
  const below = async (prefix: string) =>
    (await readdir(join(copy, prefix), { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(copy.length + 1))
      .sort();
  const points = await readdir(join(copy, "points", dataset, kind));
  const parts = await Promise.all(points.map((label) => below(join("points", dataset, kind, label))));
  const entries = await readChain(directoryStore(copy), names.manifestPrefix(dataset, 1));
  const keys = entries.flatMap(({ entry }) => (entry?.entry === "point" && entry.keys) || []);
  const about = ["--dataset", dataset, "--kind", kind, "--site", "offsite"];
  return missedDamage({
    ...{ copy, positions, seed },
    turns: [parts, [entries.map(({ key }) => key)], [keys.map(({ object }) => object)]],
    verify: () =>
      desk.secondsite("verify", desk.plan, ...about, "--identity", desk.holders[0] ?? "", ...desk.places),
    named: (object, report) => report.includes(object),
  });
}
