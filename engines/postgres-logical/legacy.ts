import { createHash } from "node:crypto";
import { devNull } from "node:os";
import pg from "pg";

import { contentOf, withWorker } from "../comparison/index.js";
import type { Run } from "../engine.js";
import { EngineError } from "../errors.js";
import { chain, outputOf } from "../processes.js";
import { openStaging } from "../staging.js";
import { type LegacyFolder, opened } from "./legacy-content.js";
import type { DumpFormat } from "./legacy-format.js";
import { type LegacyDump, type ListedObject, legacyDumps } from "./legacy-names.js";
import { restrictedLines } from "./legacy-plain.js";
import { libpqEnvironment } from "./libpq.js";
import { type Switched, throughNewDatabase } from "./new-database.js";
import { type Assertion, brokenAssertions } from "./restored-content.js";
import type { LogicalTarget } from "./target.js";
import { type ToolPlaces, toolPath } from "./tools.js";

/** What a dump turned out to be, read from end to end. */
export interface InspectedDump {
  readonly format: DumpFormat;
  /** SHA-256 of the file, hexadecimal. */
  readonly sha256: string;
  /** Roles that it gives something to. */
  readonly roles: readonly string[];
  /** What lies beside it, whatever it says. */
  readonly metadata?: unknown;
}

/** The dumps below a prefix, newest first. @param prefix @default "backups/full/" */
export async function listLegacy(folder: LegacyFolder, prefix = "backups/full/"): Promise<LegacyDump[]> {
  const objects: ListedObject[] = [];
  for await (const one of folder.list(prefix)) objects.push(one);
  return legacyDumps(objects);
}

/** How another tool's dump is restored. */
export interface LegacyOptions {
  /** Roles that are missing: made without a login, or refused. @default "refuse" */
  readonly roles?: "make" | "refuse";
  readonly assertions?: readonly Assertion[];
  readonly tools?: ToolPlaces;
}

/**
 * Reads a dump from end to end: what it is by its content, whether it is whole, and what it needs.
 *
 * @throws EngineError (3) when it cannot be read, is no dump, ends early, or is not what its metadata says
 */
export async function inspectLegacy(
  folder: LegacyFolder,
  dump: LegacyDump,
  { tools = {} }: Pick<LegacyOptions, "tools"> = {},
  signal?: AbortSignal,
): Promise<InspectedDump> {
  const hash = createHash("sha256");
  const label = `${dump.key} at ${folder.label}`;
  const { format, content } = await opened(folder, dump, (chunk) => void hash.update(chunk), signal);
  const roles = new Set<string>();
  let tail = "";
  const sql =
    format === "plain"
      ? content
      : chain([{ path: await toolPath("pg_restore", tools), args: ["--file=-"] }], {
          input: content,
          signal,
        });
  for await (const chunk of restrictedLines(sql, (role) => roles.add(role)))
    tail = `${tail}${chunk.toString("latin1")}`.slice(-2_000);
  // An archive has an end of its own; plain SQL that is cut between two statements looks whole.
  if (format === "plain" && !/^-- PostgreSQL database(?: cluster)? dump complete$/m.test(tail))
    throw new EngineError(`${label} ends early: its last line is missing`, 3, "restore an older dump");
  const metadata = await metadataOf(folder, dump);
  const sha256 = hash.digest("hex");
  const expected = checksumIn(metadata);
  if (expected !== undefined && expected !== sha256)
    throw new EngineError(`${label} is not what ${dump.metadata} says: the checksum differs`, 3);
  return {
    ...{ format, sha256 },
    roles: [...roles].sort(),
    ...(metadata === undefined ? {} : { metadata }),
  };
}

/**
 * Restores another tool's dump into a new database, and switches it in by rename, as a point of ours.
 *
 * @throws EngineError: 1 when what was restored is empty or an assertion is broken, 2 when the target or a role is
 *   refused, 3 when the dump cannot be read; the live database is as it was
 */
export async function restoreLegacy(
  folder: LegacyFolder,
  dump: LegacyDump,
  target: LogicalTarget,
  run: Run,
  options: LegacyOptions = {},
): Promise<Switched & { readonly rolesMade: readonly string[] }> {
  const { tools = {}, assertions = [] } = options;
  const inspected = await inspectLegacy(folder, dump, options, run.signal);
  run.say(`${dump.key} is a dump in the ${inspected.format} format`);
  const label = legacyLabel(dump, inspected);
  await using staging = await openStaging(run.staging);
  let rolesMade: string[] = [];
  const switched = await throughNewDatabase({ label }, target, run, async (client, next) => {
    rolesMade = await missingRoles(client, inspected.roles, options.roles ?? "refuse");
    await client.query(`CREATE DATABASE ${pg.escapeIdentifier(next.database)} TEMPLATE template0`);
    return async () => {
      const { format, content } = await opened(folder, dump, () => undefined, run.signal);
      const env = await libpqEnvironment(next, staging.folder);
      const step =
        format === "plain"
          ? {
              path: await toolPath("psql", tools),
              args: [
                "--no-psqlrc",
                "--quiet",
                "--set=ON_ERROR_STOP=1",
                "--single-transaction",
                `--output=${devNull}`,
                "--file=-",
              ],
              env,
            }
          : {
              path: await toolPath("pg_restore", tools),
              args: [`--dbname=${next.database}`, "--exit-on-error", "--no-password"],
              env,
            };
      const input = format === "plain" ? restrictedLines(content) : content;
      await outputOf([step], { input, signal: run.signal });
      await withWorker(next, (inside) => inside.query("ANALYZE"));
      const { tables, largeObjects } = await contentOf(next);
      if (Object.values(tables).every(({ rows }) => rows === 0) && largeObjects.rows === 0)
        throw new EngineError(`${dump.key} holds not one row`, 1, "restore an older dump");
      const broken = await brokenAssertions(assertions, next);
      if (broken.length > 0)
        throw new EngineError(broken.map(({ message }) => message).join("; "), 1, "restore an older dump");
    };
  });
  return { ...switched, rolesMade };
}

/** What a restored database says it is, like a point's label: when the dump was taken by its name, and what it is. */
export const legacyLabel = ({ takenAt }: LegacyDump, { sha256 }: InspectedDump): string =>
  `${takenAt.replace(/[-:]|\.\d+/g, "")}-${sha256.slice(0, 8)}`;

/** @returns names of those made */
async function missingRoles(
  client: pg.Client,
  roles: readonly string[],
  answer: "make" | "refuse",
): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    "SELECT name FROM unnest($1::text[]) AS name WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)",
    [roles],
  );
  const missing = rows.map(({ name }) => name);
  if (missing.length > 0 && answer === "refuse")
    throw new EngineError(
      `the dump names roles that the target lacks: ${missing.map((name) => `"${name}"`).join(", ")}`,
      2,
      "make them first, or let them be made without a login",
    );
  for (const name of missing) await client.query(`CREATE ROLE ${pg.escapeIdentifier(name)} NOLOGIN`);
  return missing;
}

async function metadataOf(folder: LegacyFolder, { metadata }: LegacyDump): Promise<unknown> {
  if (metadata === undefined) return undefined;
  const chunks: Uint8Array[] = [];
  for await (const chunk of folder.read(metadata)) chunks.push(chunk);
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch (cause) {
    throw new EngineError(`${metadata} at ${folder.label} is no JSON`, 3, undefined, { cause });
  }
}

/** A SHA-256 under the names that such files use; others say nothing about the content. */
function checksumIn(metadata: unknown): string | undefined {
  if (typeof metadata !== "object" || metadata === null) return undefined;
  for (const [name, value] of Object.entries(metadata))
    if (/^(?:sha-?256|checksum|hash)/i.test(name) && typeof value === "string") {
      const [found] = /[0-9a-f]{64}/i.exec(value) ?? [];
      if (found !== undefined) return found.toLowerCase();
    }
  return undefined;
}
