import type pg from "pg";

import {
  contentOf,
  type DatabaseAddress,
  type DatabaseContent,
  sequencesOf,
  tablesOf,
  withClient,
} from "../comparison/index.js";
import { newLabel, type Part, type PartWriter, type Run } from "../engine.js";
import { EngineError } from "../errors.js";
import { openStaging } from "../staging.js";
import { type Dumped, type DumpJob, dumpCustom } from "./dump-custom.js";
import { dumpDirectory } from "./dump-directory.js";
import { withDumped } from "./dumped-content.js";
import { libpqEnvironment } from "./libpq.js";
import { dumpFolder, type LogicalPoint, partNames } from "./point.js";
import { chain } from "./processes.js";
import { requireReadable } from "./readable.js";
import { readServerObjects } from "./server-objects.js";
import { requireMajor, type SourceState, sourceState } from "./source.js";
import { majorOf, type ToolPlaces, toolPath } from "./tools.js";

/** Where a dump comes from. */
export interface LogicalSource {
  readonly address: DatabaseAddress;
  /** `read-only`: passwords of roles stay where they are. `owner`: a superuser captures them too, in stored form. */
  readonly as: "read-only" | "owner";
  /** What is left out by name, and stated in the point. @default nothing */
  readonly without?: readonly "large objects"[];
  /**
   * Tables that are dumped side by side, into the directory format, through a staging area of so many bytes. Each large
   * object becomes a part of its own: a database with many is better streamed.
   * @default the custom format, streamed: one connection, nothing on disk
   */
  readonly parallel?: { readonly jobs: number; readonly staging: number };
  /**
   * What a restore is compared with. `hashed`: what the dump holds is hashed as it goes by, and the snapshot's rows are
   * counted apart from it. `hashed apart`: the snapshot is read a second time, and nothing of pg_dump is believed; that
   * takes about as long again. `counted`: rows are only counted, and the point says so.
   * @default "hashed"
   */
  readonly rows?: "hashed" | "hashed apart" | "counted";
  readonly tools?: ToolPlaces;
}

/**
 * Dumps a database while others write to it: one snapshot, from which the dump and the content that it is compared
 * with are read.
 *
 * Roles, tablespaces and sequences belong to no snapshot in PostgreSQL: they are as new as the moment they were read.
 *
 * @throws EngineError: 1 when the source is empty, 2 when the role cannot read all of it, 3 when a tool is missing,
 *   is older than the server or fails; the parts are discarded
 */
export async function capture(source: LogicalSource, parts: PartWriter, run: Run): Promise<LogicalPoint> {
  const startedAt = new Date();
  const { address, tools = {}, without = [], rows = "hashed" } = source;
  const paths = {
    dump: await toolPath("pg_dump", tools),
    globals: await toolPath("pg_dumpall", tools),
    zstd: await toolPath("zstd"),
  };
  const version = await majorOf(paths.dump);
  await using staging = await openStaging(run.staging);
  const env = await libpqEnvironment(address, staging.folder);
  try {
    return await withClient(address, async (client) => {
      await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
      // Nobody's time-out ends the transaction that holds the snapshot.
      await client.query("SET LOCAL idle_in_transaction_session_timeout = 0");
      const state = await sourceState(client);
      requireMajor(version, "pg_dump", state.major);
      const withoutLargeObjects = without.includes("large objects");
      await requireReadable(client, state.role, withoutLargeObjects);
      const snapshot = await exported(client);
      // Read before pg_dump reads them: what it finds is the same, or further on.
      const sequences = await sequencesOf(client);
      run.say(`dumping "${state.database}" as of ${state.at} with pg_dump ${version.text}`);
      const stop = new AbortController();
      const signal = run.signal ? AbortSignal.any([run.signal, stop.signal]) : stop.signal;
      const job = { paths, env, snapshot, withoutLargeObjects, signal };
      const what = { snapshot, largeObjects: !withoutLargeObjects };
      const [dump, read] = await both(
        [dumped(job, source, staging.folder, parts), contentOf(address, { ...what, rows: readAs[rows] })],
        stop,
      );
      const unread = rows === "hashed" && dump.content === undefined;
      if (unread)
        run.say(`pg_dump ${version.text} writes what is not known here: reading the snapshot again`);
      const held = unread
        ? await contentOf(address, what)
        : dump.content
          ? withDumped(read, await tablesOf(client), dump.content)
          : read;
      const content = { ...held, sequences };
      requireContent(state, content);
      const globals = await parts.write(
        partNames.globals,
        chain(
          [
            {
              path: paths.globals,
              args: [
                "--globals-only",
                "--no-password",
                ...(source.as === "owner" ? [] : ["--no-role-passwords"]),
              ],
              env,
            },
          ],
          { signal },
        ),
      );
      const server = await parts.write(
        partNames.server,
        json(await readServerObjects(client, source.as === "owner")),
      );
      const hashes = await parts.write(partNames.content, json(content));
      await client.query("COMMIT");
      const all = [...dump.parts, globals, server, hashes];
      const label = run.label ?? newLabel(startedAt);
      return pointOf({ label, source, state, startedAt, tool: version.text, content, parts: all });
    });
  } catch (error) {
    await parts.discard();
    throw error;
  }
}

/** How the snapshot is read beside the dump. */
const readAs = { hashed: "counted where dumped", "hashed apart": "hashed", counted: "counted" } as const;

function dumped(job: DumpJob, source: LogicalSource, staging: string, parts: PartWriter): Promise<Dumped> {
  const { address, parallel, rows = "hashed" } = source;
  if (!parallel) return dumpCustom(job, parts, rows === "hashed");
  const { jobs, staging: limit } = parallel;
  return dumpDirectory({ ...job, address, staging, jobs, limit }, parts, rows === "hashed");
}

async function exported(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ id: string }>("SELECT pg_export_snapshot() AS id");
  return rows[0]?.id ?? "";
}

/** Waits for both; the first that fails ends the other. */
async function both<One, Other>(
  [one, other]: [Promise<One>, Promise<Other>],
  stop: AbortController,
): Promise<[One, Other]> {
  const abort = (error: unknown) => {
    stop.abort(error);
    throw error;
  };
  const settled = await Promise.allSettled([one.catch(abort), other.catch(abort)]);
  if (stop.signal.aborted) throw stop.signal.reason;
  const [first, second] = settled;
  if (first.status === "rejected") throw first.reason;
  if (second.status === "rejected") throw second.reason;
  return [first.value, second.value];
}

/** A dump of nothing looks like a success. */
function requireContent({ database, role }: SourceState, { tables, largeObjects }: DatabaseContent): void {
  const rows = Object.values(tables).reduce((sum, table) => sum + table.rows, 0);
  if (rows + largeObjects.rows > 0) return;
  throw new EngineError(
    `"${database}" as seen by "${role}" holds ${Object.keys(tables).length} tables and not one row: an empty dump is no backup`,
    1,
    "check that this is the right database",
  );
}

async function* json(value: unknown): AsyncGenerator<Buffer> {
  yield Buffer.from(`${JSON.stringify(value)}\n`);
}

interface Finished {
  readonly label: string;
  readonly source: LogicalSource;
  readonly state: SourceState;
  readonly startedAt: Date;
  readonly tool: string;
  readonly content: DatabaseContent;
  readonly parts: readonly Part[];
}

function pointOf({ label, source, state, startedAt, tool, content, parts }: Finished): LogicalPoint {
  const tables = Object.values(content.tables);
  return {
    version: 1,
    engine: "postgres-logical",
    label,
    startedAt: startedAt.toISOString(),
    finishedAt: new Date().toISOString(),
    source: state,
    tool: { name: "pg_dump", version: tool },
    format: source.parallel ? "directory" : "custom",
    tables: tables.length,
    rows: tables.reduce((sum, table) => sum + table.rows, 0),
    largeObjects: content.largeObjects.rows,
    omitted: [
      ...(source.without ?? []),
      ...(source.as === "owner" ? [] : ["passwords of roles"]),
      ...(source.rows === "counted" ? ["hashes of rows"] : []),
    ],
    parts: [...parts],
    restore: [
      // Roles that exist already are reported and left alone.
      ["psql", "--no-psqlrc", "--dbname=postgres", `--file=${partNames.globals}`],
      ...(source.parallel
        ? [["zstd", "--decompress", "--quiet", "-r", dumpFolder]]
        : [["zstd", "--decompress", "--force", "-o", "dump.pgc", partNames.dump]]),
      [
        ...["pg_restore", "--create", "--exit-on-error", "--dbname=postgres", "--jobs=4"],
        source.parallel ? dumpFolder : "dump.pgc",
      ],
    ],
  };
}
