import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { chanceFrom } from "./seed.js";
import type { Answer } from "./terminal.js";

/** A byte that was changed beneath a store. */
export interface Damaged {
  /** Object, by its name in the copy. */
  readonly object: string;
  readonly position: number;
  repair(): Promise<void>;
}

/** Changes one byte of an object that lies in a folder. */
export async function damage(copy: string, object: string, chance: () => number): Promise<Damaged> {
  const path = join(copy, object);
  const before = await readFile(path);
  const position = Math.floor(chance() * before.length);
  const after = Buffer.from(before);
  after[position] = (after[position] ?? 0) ^ (1 + Math.floor(chance() * 255));
  await writeFile(path, after);
  return { object, position, repair: () => writeFile(path, before) };
}

/** What is damaged, and who has to find it. */
export interface DamageCampaign {
  /** Folder of the copy. */
  readonly copy: string;
  /** Names of objects, in groups; a turn changes one byte in one object of each of its groups, which are named apart. */
  readonly turns: readonly (readonly (readonly string[])[])[];
  /** How many bytes are changed at least. */
  readonly positions: number;
  readonly seed: number;
  verify(): Promise<Answer>;
  /** Whether a report names an object. */
  named(object: string, report: string): boolean;
}

/**
 * Changes single bytes at positions chosen by chance, and looks whether verification finds each of them.
 *
 * @returns what was not found, a line each
 */
export async function missedDamage(campaign: DamageCampaign): Promise<string[]> {
  const { copy, turns, positions, verify, named } = campaign;
  const chance = chanceFrom(campaign.seed);
  const missed: string[] = [];
  const pick = (objects: readonly string[]) => objects[Math.floor(chance() * objects.length)] ?? "";
  for (let done = 0; done < positions; ) {
    for (const groups of turns) {
      const changed: Damaged[] = [];
      for (const group of groups) changed.push(await damage(copy, pick(group), chance));
      done += changed.length;
      const { code, out, err } = await verify();
      for (const { object, position } of changed)
        if (code !== 1 || !named(object, out))
          missed.push(`byte ${position} of ${object}: ${code} ${err}${out}`);
      for (const each of changed) await each.repair();
    }
  }
  return missed;
}
