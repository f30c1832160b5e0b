import { missedDamage } from "../../testing/random-damage.js";
import type { Office } from "./office.js";
import { objectsOf } from "./point-objects.js";

/**
 * Changes single bytes over all objects of the office's points, and looks whether `verify` finds each of them. Keys and
 * entries have turns of their own, because nothing opens without those, and what a point consists of only its entry says.
 *
 * @returns what was not found, a line each
 */
export async function missedInOffice(office: Office, positions: number, seed: number): Promise<string[]> {
  const { keys = [], entries = [], ...groups } = await objectsOf(office.copies.office, "tickets");
  const args = ["--site", "office", "--level", "structural", "--identity", office.holder];
  return missedDamage({
    ...{ copy: office.copies.office, positions, seed, named },
    turns: [Object.values(groups), [entries], [keys]],
    verify: () => office.on("verify", "--kind", "physical", ...args),
  });
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
