import { existsSync } from "node:fs";
import pg from "pg";

import { withClient } from "../comparison/index.js";
import type { PartReader, Run } from "../engine.js";
import { EngineError } from "../errors.js";
import { readJson } from "./checked-parts.js";
import { type LoadOptions, loadDump } from "./load.js";
import { type LogicalPoint, partNames, partOf } from "./point.js";
import { type Assertion, contentFaults } from "./restored-content.js";
import { parseServerObjects } from "./server-objects.js";
import {
  applyProperties,
  createDatabase,
  ensureRoles,
  ensureTablespaces,
  type TablespaceFolders,
} from "./server-restore.js";
import { requireMajor } from "./source.js";
import { openStaging, requireSpace } from "./staging.js";
import { switchIn } from "./switch.js";
import {
  foundDatabases,
  type LogicalTarget,
  markStatements,
  type RestoreNames,
  requireTarget,
  restoreNames,
} from "./target.js";
import { majorOf, toolPath } from "./tools.js";

/** How a point is restored. */
export interface RestoreOptions extends Omit<LoadOptions, "signal"> {
  /** What has to be true before applications see it. @default none */
  readonly assertions?: readonly Assertion[];
  /** Folders on the target's server for tablespaces that it lacks. @default none */
  readonly tablespaces?: TablespaceFolders;
}

/** What a restore did. */
export interface Restored {
  readonly database: string;
  readonly label: string;
  /** Name under which what was live before is kept; absent where there was nothing. */
  readonly previous?: string;
  /** It was restored before, to the end; nothing was done now. */
  readonly already: boolean;
  readonly rolesMade: readonly string[];
}

const { escapeIdentifier: quoted } = pg;

/**
 * Restores a point into a new database, verifies it there, and switches it in by rename. What was live is kept beside it.
 *
 * Safe to kill at any moment and to run again: the live database is touched by one transaction, which happens or does
 * not; what a killed run left is removed, or continued where it was verified already.
 *
 * @throws EngineError: 1 when what was restored is not what was captured, 2 when the target is refused, 3 when the
 *   world failed; the live database is as it was
 */
export async function restoreDatabase(
  point: LogicalPoint,
  parts: PartReader,
  target: LogicalTarget,
  run: Run,
  options: RestoreOptions = {},
): Promise<Restored> {
  const { tools = {}, tablespaces = {} } = options;
  requireMajor(await majorOf(await toolPath("pg_restore", tools)), "pg_restore", point.source.major);
  await toolPath("zstd");
  const server = parseServerObjects(await readJson(parts, partOf(point, partNames.server)));
  const names = restoreNames(target.database, point.label);
  await using staging = await openStaging(run.staging);
  return await withClient(target.server, async (client) => {
    await lock(client, target.database);
    await requireTarget(client, target, point);
    const found = await foundDatabases(client);
    const done = { database: names.live, label: point.label };
    if (found.some(({ name, restored }) => name === names.live && restored === point.label)) {
      const kept = found.some(({ name }) => name === names.previous);
      return { ...done, already: true, rolesMade: [], ...(kept ? { previous: names.previous } : {}) };
    }
    const verified = found.some(({ name, restoring }) => name === names.next && restoring?.verified === true);
    await sweep(client, names, verified, run);
    let rolesMade: string[] = [];
    if (!verified) {
      await requireTargetSpace(client, point);
      await ensureTablespaces(client, server, tablespaces);
      rolesMade = await ensureRoles(client, server);
      try {
        await createDatabase(client, names.next, server);
        await client.query(markStatements.restoring(names.next, point.label, false));
        const next = { ...target.server, database: names.next };
        run.say(`restoring ${point.label} into "${names.next}"`);
        await loadDump(point, parts, next, staging.folder, { ...options, signal: run.signal });
        await applyProperties(client, names.next, server);
        await withClient(next, (inside) => inside.query("ANALYZE"));
        run.signal?.throwIfAborted();
        run.say("comparing it with what was captured");
        const faults = await contentFaults(point, parts, next, options.assertions ?? []);
        if (faults.length > 0)
          throw new EngineError(
            `what was restored is not what was captured: ${faults.map(({ message }) => message).join("; ")}`,
            1,
            "restore an older point",
          );
        await client.query(markStatements.restoring(names.next, point.label, true));
      } catch (error) {
        await drop(client, names.next);
        throw error;
      }
    }
    run.signal?.throwIfAborted();
    const previous = await switchIn(client, names, point.label, target);
    run.say(`"${names.live}" is ${point.label} now`);
    return { ...done, already: false, rolesMade, ...(previous ? { previous: names.previous } : {}) };
  });
}

/** One restore of a database at a time. @throws EngineError (3) when another one runs */
async function lock(client: pg.Client, database: string): Promise<void> {
  const { rows } = await client.query<{ held: boolean }>(
    "SELECT pg_try_advisory_lock(hashtextextended('secondsite restore ' || $1, 0)) AS held",
    [database],
  );
  if (rows[0]?.held !== true)
    throw new EngineError(`another restore of "${database}" runs`, 3, "wait for it");
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

/** Where the server's own disk can be seen from here, it has to have room for a second database. */
async function requireTargetSpace(client: pg.Client, point: LogicalPoint): Promise<void> {
  const { rows } = await client.query<{ folder: string | null }>(
    "SELECT CASE WHEN inet_server_addr() IS NULL THEN current_setting('data_directory') END AS folder",
  );
  const folder = rows[0]?.folder;
  if (folder && existsSync(folder)) await requireSpace(folder, point.source.bytes);
}
