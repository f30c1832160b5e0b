import { join } from "node:path";

import { names } from "../../../plan/index.js";
import { directoryStore, livePoints, readChain } from "../../../vault/index.js";
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
  const entries = await readChain(directoryStore(copy), names.manifestPrefix(dataset, 1));
  const points = livePoints(entries).map(({ point }) => point);
  const parts = points.map((point) => point.parts.map(({ key }) => key));
  const keys = points.flatMap((point) => point.keys ?? []);
  const about = ["--dataset", dataset, "--kind", kind, "--site", "offsite"];
  return missedDamage({
    ...{ copy, positions, seed },
    turns: [parts, [entries.map(({ key }) => key)], [keys.map(({ object }) => object)]],
    verify: () =>
      desk.secondsite("verify", desk.plan, ...about, "--identity", desk.holders[0] ?? "", ...desk.places),
    named: (object, report) => report.includes(object),
  });
}
