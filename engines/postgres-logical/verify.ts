import { chmod, chown, stat } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";

import type { VerificationLevel } from "../../vault/index.js";
import { readJson, storedFaults } from "../checked-parts.js";
import { withWorker } from "../comparison/index.js";
import type { Fault, PartReader, Run, Verdict } from "../engine.js";
import { EngineError } from "../errors.js";
import { partOf } from "../point-fields.js";
import { openStaging } from "../staging.js";
import { startInstance } from "./instance.js";
import { loadDump } from "./load.js";
import { type LogicalPoint, partNames } from "./point.js";
import { type Assertion, brokenAssertions, contentFaults, expectedContent } from "./restored-content.js";
import { parseServerObjects } from "./server-objects.js";
import {
  applyProperties,
  createDatabase,
  ensureRoles,
  ensureTablespaces,
  tablespaceFolders,
} from "./server-restore.js";
import { requireMajor } from "./source.js";
import { structureOf } from "./structure.js";
import { majorOf, type ToolPlaces, toolPath } from "./tools.js";

/** How a point is verified. */
export interface VerifyOptions {
  /** What has to be true of the restored database. @default none */
  readonly assertions?: readonly Assertion[];
  readonly tools?: ToolPlaces;
  /** Connections that load side by side. @default 1 */
  readonly jobs?: number;
}

/**
 * Verifies a point at one level; each includes the ones before it. What is damaged is a fault of the verdict; a tool
 * that is missing or a disk that is full is an error: it says nothing about the point.
 *
 * @throws EngineError (3) when it cannot be verified here
 */
export async function verify(
  point: LogicalPoint,
  parts: PartReader,
  level: VerificationLevel,
  run: Run,
  options: VerifyOptions = {},
): Promise<Verdict> {
  const notes = point.omitted.map((what) => `the point holds no ${what}`);
  const verdict = (faults: readonly Fault[], more: readonly string[] = []): Verdict => ({
    level,
    faults,
    notes: [...notes, ...more],
  });
  const stored = await storedFaults(point.parts, parts, run);
  if (level === "stored" || stored.length > 0) return verdict(stored);
  const structural = await structuralFaults(point, parts, run, options);
  if (level === "structural" || structural.length > 0) return verdict(structural);
  const restored = await restoredFaults(point, parts, run, options);
  return verdict(restored.faults, restored.notes);
}

/** Lets pg_restore read the dump from end to end, and looks for each table that held rows. */
async function structuralFaults(
  point: LogicalPoint,
  parts: PartReader,
  run: Run,
  { tools = {} }: VerifyOptions,
): Promise<Fault[]> {
  requireMajor(await majorOf(await toolPath("pg_restore", tools)), "pg_restore", point.source.major);
  await using staging = await openStaging(run.staging);
  const { unreadable, tables } = await structureOf({
    ...{ point, parts, tools },
    staging: staging.folder,
    signal: run.signal,
  });
  if (unreadable !== undefined) return [{ item: partNames.dump, message: unreadable }];
  const content = await expectedContent(point, parts);
  return Object.entries(content.tables).flatMap(([name, { rows }]): Fault[] =>
    rows === 0 || tables.has(name) || `materialised view ${name}` in content.catalogue
      ? []
      : [{ item: name, message: `the dump has no data of table ${name}, which held ${rows} rows` }],
  );
}

/** Restores into a server of its own that reaches no network, compares, and throws it away. */
async function restoredFaults(
  point: LogicalPoint,
  parts: PartReader,
  run: Run,
  options: VerifyOptions,
): Promise<Pick<Verdict, "faults" | "notes">> {
  const { assertions = [], tools = {}, jobs = 1 } = options;
  const { superuser, bytes } = point.source;
  await using staging = await openStaging(run.staging, bytes);
  const objects = parseServerObjects(await readJson(parts, partOf(point, partNames.server)));
  await using instance = await startInstance({ folder: staging.folder, superuser, tools });
  run.say(`restoring ${point.label} into an isolated server`);
  const database = { ...instance.address, database: point.source.database };
  const owner = await stat(instance.address.host);
  const folders = await tablespaceFolders(objects, join(staging.folder, "server"), async (folder) => {
    await chown(folder, owner.uid, owner.gid);
    await chmod(folder, 0o700);
  });
  let rolesMade: string[] = [];
  try {
    await withWorker(instance.address, async (client) => {
      rolesMade = await ensureRoles(client, objects);
      await ensureTablespaces(client, objects, folders);
      if (database.database === instance.address.database)
        await client.query(`ALTER DATABASE ${pg.escapeIdentifier(database.database)} RENAME TO secondsite`);
    });
    const maintenance = { ...instance.address, database: "template1" };
    await withWorker(maintenance, (client) => createDatabase(client, database.database, objects));
    await loadDump(point, parts, database, staging.folder, { jobs, tools, signal: run.signal });
    await withWorker(maintenance, (client) => applyProperties(client, database.database, objects));
  } catch (error) {
    run.signal?.throwIfAborted();
    // The same disk or a missing program would fail any point; what the tool says of this one is its fault.
    if (!(error instanceof EngineError || error instanceof pg.DatabaseError)) throw error;
    if (/No space left on device|could not extend file/.test(error.message))
      throw new EngineError(`no room to restore ${point.label} in ${run.staging}`, 3, "free some space", {
        cause: error,
      });
    return { faults: [{ item: point.label, message: `it cannot be restored: ${error.message}` }], notes: [] };
  }
  const { faults, notes } = await contentFaults(point, parts, database, rolesMade);
  return {
    faults: [...faults, ...(await brokenAssertions(assertions, database))],
    notes: instance.networkCut
      ? notes
      : [
          ...notes,
          "the kernel did not allow a network of its own: the isolated server only listened on nothing",
        ],
  };
}
