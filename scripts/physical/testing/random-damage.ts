import { chanceFrom } from "../../sealed/testing/moments.js";
import { type Damaged, damage, objectsOf } from "./damage.js";
import type { Office } from "./office.js";

/**
 * Changes single bytes, at positions chosen by chance over all objects of the office's points, and looks whether `verify`
 * finds each of them. A turn changes one object of each group, as each of them is named; keys and entries have turns of
 * their own, because nothing opens without those, and what a point consists of only its entry says.
 *
 * @returns what was not found, a line each
 */
export async function missedDamage(office: Office, positions: number, seed: number): Promise<string[]> {
  const chance = chanceFrom(seed);
  const missed: string[] = [];
  const { keys = [], entries = [], ...groups } = await objectsOf(office.copies.office, "tickets");
  const pick = (names: readonly string[]) => names[Math.floor(chance() * names.length)] ?? "";
  for (let done = 0; done < positions; ) {
    for (const objects of [Object.values(groups).map(pick), [pick(entries)], [pick(keys)]]) {
      const changed: Damaged[] = [];
      for (const object of objects) changed.push(await damage(office.copies.office, object, chance));
      done += changed.length;
      const args = ["--site", "office", "--level", "structural", "--identity", office.holder];
      const { code, out, err } = await office.on("verify", "--kind", "physical", ...args);
      for (const { object, position } of changed)
        if (code !== 1 || !named(object, out))
          missed.push(`byte ${position} of ${object}: ${code} ${err}${out}`);
      for (const each of changed) await each.repair();
    }
  }
  return missed;
}

/** Whether a report names an object. A backup's own file is named by what it holds, a catalogue and a list with its pair. */
function named(object: string, report: string): boolean {
  const backup = /\/backup\/[^/]+\/([^/]+)\/(?:bundle|pg_data)\//.exec(object)?.[1];
  if (backup !== undefined) return report.includes(`'${backup}/`) || report.includes(`${object}:`);
  const log = /([0-9A-F]{24}-[0-9a-f]{40}\S*)$/.exec(object)?.[1];
  if (log !== undefined) return report.includes(log);
  const record = /\/((?:backup\/[^/]+\/backup\.history|archive)\/.*\.(?:manifest\.gz|backup))$/.exec(
    object,
  )?.[1];
  const catalogue = /\/((?:backup|archive)\/[^/]+\/(?:\w+\.info|[^/]+\/backup\.manifest))(?:\.copy)?$/.exec(
    object,
  )?.[1];
  return report.includes(catalogue ?? record ?? object);
}
