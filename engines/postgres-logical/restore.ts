import { existsSync } from "node:fs";
import type pg from "pg";

import { readJson } from "../checked-parts.js";
import { withWorker } from "../comparison/index.js";
import type { PartReader, Run } from "../engine.js";
import { EngineError } from "../errors.js";
import { zstdProgram } from "../path-programs.js";
import { partOf } from "../point-fields.js";
import { openStaging, requireSpace } from "../staging.js";
import { type LoadOptions, loadDump } from "./load.js";
import { type Switched, throughNewDatabase } from "./new-database.js";
import { type LogicalPoint, partNames } from "./point.js";
import { type Assertion, brokenAssertions, contentFaults } from "./restored-content.js";
import { parseServerObjects } from "./server-objects.js";
import {
  applyProperties,
  createDatabase,
  ensureRoles,
  ensureTablespaces,
  type TablespaceFolders,
} from "./server-restore.js";
import { requireMajor } from "./source.js";
import type { LogicalTarget } from "./target.js";
import { majorOf, toolPath } from "./tools.js";

/** How a point is restored. */
export interface RestoreOptions extends Omit<LoadOptions, "signal"> {
  /** What has to be true before applications see it. @default none */
  readonly assertions?: readonly Assertion[];
  /** Folders on the target's server for tablespaces that it lacks. @default none */
  readonly tablespaces?: TablespaceFolders;
}

/** What a restore did. */
export interface Restored extends Switched {
  readonly rolesMade: readonly string[];
}

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
  await zstdProgram();
  const server = parseServerObjects(await readJson(parts, partOf(point, partNames.server)));
  await using staging = await openStaging(run.staging);
  let rolesMade: string[] = [];
  const switched = await throughNewDatabase(
    { label: point.label, major: point.source.major },
    target,
    run,
    async (client, next) => {
      await requireTargetSpace(client, point, server.database.tablespace, tablespaces);
      await ensureTablespaces(client, server, tablespaces);
      rolesMade = await ensureRoles(client, server);
      await createDatabase(client, next.database, server);
      return async () => {
        await loadDump(point, parts, next, staging.folder, { ...options, signal: run.signal });
        await applyProperties(client, next.database, server);
        run.signal?.throwIfAborted();
        run.say("comparing it with what was captured");
        // Both read all of it: side by side a page that was read for one is there for the other.
        const [compared, analysed] = await Promise.allSettled([
          contentFaults(point, parts, next, rolesMade),
          withWorker(next, (inside) => inside.query("ANALYZE")),
        ]);
        if (compared.status === "rejected") throw compared.reason;
        if (analysed.status === "rejected") throw analysed.reason;
        const { notes } = compared.value;
        const faults = [
          ...compared.value.faults,
          ...(await brokenAssertions(options.assertions ?? [], next)),
        ];
        for (const note of notes) run.say(note);
        if (faults.length > 0)
          throw new EngineError(
            `what was restored is not what was captured: ${faults.map(({ message }) => message).join("; ")}`,
            1,
            "restore an older point",
          );
      };
    },
  );
  return { ...switched, rolesMade };
}

/** Where the server's own disk can be seen from here, the one that the database comes to lie on has to have room for it. */
async function requireTargetSpace(
  client: pg.Client,
  point: LogicalPoint,
  tablespace: string,
  folders: TablespaceFolders,
): Promise<void> {
  const { rows } = await client.query<{ folder: string | null }>(
    `SELECT CASE WHEN inet_server_addr() IS NULL THEN coalesce(
              (SELECT nullif(pg_tablespace_location(oid), '') FROM pg_tablespace WHERE spcname = $1), $2,
              current_setting('data_directory')) END AS folder`,
    [tablespace, folders[tablespace] ?? null],
  );
  const folder = rows[0]?.folder;
  if (folder && existsSync(folder)) await requireSpace(folder, point.source.bytes);
}
