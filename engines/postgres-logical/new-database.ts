import pg from "pg";

import { type DatabaseAddress, withWorker } from "../comparison/index.js";
import type { Run } from "../engine.js";
import { EngineError } from "../errors.js";
import { switchIn } from "./switch.js";
import {
  foundDatabases,
  isDone,
  keptNames,
  type LogicalTarget,
  markStatements,
  type Restorable,
  type RestoreNames,
  requireTarget,
  restoreNames,
} from "./target.js";

/** What became of a database that was filled and switched in. */
export interface Switched {
  readonly database: string;
  readonly label: string;
  /** Name under which what was live before is kept; absent where there was nothing. */
  readonly previous?: string;
  /** It was restored before, to the end; nothing was done now. */
  readonly already: boolean;
}

/**
 * Makes the new, empty database, and returns what fills and verifies it.
 *
 * @param client on the maintenance database
 * @param next the new database's address
 */
export type Make = (client: pg.Client, next: DatabaseAddress) => Promise<() => Promise<void>>;

const { escapeIdentifier: quoted } = pg;

/**
 * Has a new database filled and verified, and switches it in by rename. What was live is kept beside it.
 *
 * Safe to kill at any moment and to run again: what a killed run left is removed, or continued where it was verified.
 */
export async function throughNewDatabase(
  what: Restorable,
  target: LogicalTarget,
  run: Run,
  make: Make,
): Promise<Switched> {
  const { label } = what;
  const names = restoreNames(target.database, label);
  return withWorker(target.server, async (client) => {
    await lock(client, target.database);
    await requireTarget(client, target, what);
    const found = await foundDatabases(client);
    const done = { database: names.live, label };
    const live = found.find(({ name }) => name === names.live);
    if (live && isDone(live, target, label)) {
      const { last } = keptNames(found, names);
      return { ...done, already: true, ...(last === undefined ? {} : { previous: last }) };
    }
    const verified = found.some(({ name, restoring }) => name === names.next && restoring?.verified === true);
    await sweep(client, names, verified, run);
    if (!verified) await fill(client, names, label, target, run, make);
    run.signal?.throwIfAborted();
    const previous = await switchIn(client, names, label, target);
    run.say(`"${names.live}" is ${label} now`);
    return { ...done, already: false, ...(previous === undefined ? {} : { previous }) };
  });
}

async function fill(
  client: pg.Client,
  { next }: RestoreNames,
  label: string,
  { server }: LogicalTarget,
  run: Run,
  make: Make,
): Promise<void> {
  try {
    const filled = await make(client, { ...server, database: next });
    await client.query(markStatements.restoring(next, label, false));
    run.say(`restoring ${label} into "${next}"`);
    await filled();
    await client.query(markStatements.restoring(next, label, true));
  } catch (error) {
    await drop(client, next);
    throw error;
  }
}

/** One restore of a database at a time. @throws EngineError (4) when another one runs */
async function lock(client: pg.Client, database: string): Promise<void> {
  const { rows } = await client.query<{ held: boolean }>(
    "SELECT pg_try_advisory_lock(hashtextextended('secondsite restore ' || $1, 0)) AS held",
    [database],
  );
  if (rows[0]?.held !== true)
    throw new EngineError(`another restore of "${database}" runs`, 4, "wait for its end");
}

/** Removes what killed restores of this database left. The lock is held, so that none of them lives. */
async function sweep(client: pg.Client, names: RestoreNames, keep: boolean, run: Run): Promise<void> {
  const stem = names.next.slice(0, -8);
  for (const { name, restoring } of await foundDatabases(client)) {
    const left = name === names.next || (name.startsWith(stem) && restoring !== undefined);
    if (!left || (keep && name === names.next)) continue;
    run.say(`removing "${name}", which an interrupted restore left`);
    await drop(client, name);
  }
}

/** Sessions of a killed run may still be loading. */
const drop = (client: pg.Client, name: string) =>
  client.query(`DROP DATABASE IF EXISTS ${quoted(name)} WITH (FORCE)`);
