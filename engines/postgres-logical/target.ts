import { createHash } from "node:crypto";
import pg from "pg";

import type { DatabaseAddress } from "../comparison/index.js";
import { EngineError } from "../errors.js";

/** Names of what a restore makes beside the database that it replaces; the same each time it is run again. */
export interface RestoreNames {
  /** The one that applications connect to. */
  readonly live: string;
  /** Filled and verified before anybody sees it. */
  readonly next: string;
  /** What was live before; a number follows where a point is restored once more, see `keptNames`. */
  readonly previous: string;
}

/** A name ends after 63 bytes, whatever is appended. */
export function restoreNames(database: string, label: string): RestoreNames {
  const short = Buffer.from(database)
    .subarray(0, 40)
    .toString("utf8")
    .replace(/\uFFFD+$/, "");
  const id = createHash("sha256").update(`${database}\0${label}`).digest("hex").slice(0, 8);
  return { live: database, next: `${short}__next_${id}`, previous: `${short}__before_${id}` };
}

/**
 * What restores of this point have put aside so far: each under a name of its own, since a point may be restored again
 * after others, or after it was written to.
 */
export function keptNames(
  found: readonly FoundDatabase[],
  { previous }: RestoreNames,
): { /** The newest one. */ readonly last?: string /** For the next one. */; readonly free: string } {
  let last: string | undefined;
  for (let count = 1; ; count++) {
    const free = count === 1 ? previous : `${previous}_${count}`;
    if (!found.some(({ name }) => name === free)) return { ...(last === undefined ? {} : { last }), free };
    last = free;
  }
}

/** A database as the restore finds it. */
export interface FoundDatabase {
  readonly name: string;
  /** Label of the point that was restored into it, to the end. */
  readonly restored?: string;
  /** Label of the point that is being restored into it, and how far that got. */
  readonly restoring?: { readonly label: string; readonly verified: boolean };
  /** Programs that are connected. */
  readonly connections: readonly string[];
}

/** Settings of a database that say what a restore did with it; no application sees a difference. */
const marks = { restored: "secondsite.restored", restoring: "secondsite.restoring" } as const;

/** Every database of the server with what restores left on it. */
export async function foundDatabases(client: pg.Client): Promise<FoundDatabase[]> {
  const { rows } = await client.query<{ name: string; settings: string[]; connections: string[] }>(
    `SELECT d.datname AS name, coalesce(s.setconfig, '{}') AS settings,
            (SELECT coalesce(json_agg(coalesce(nullif(a.application_name, ''), 'without a name') || ' as ' || a.usename), '[]')
               FROM pg_stat_activity a
              WHERE a.datid = d.oid AND a.pid <> pg_backend_pid() AND a.backend_type IN ('client backend', 'walsender')) AS connections
       FROM pg_database d LEFT JOIN pg_db_role_setting s ON s.setdatabase = d.oid AND s.setrole = 0`,
  );
  return rows.map(({ name, settings, connections }) => {
    const value = (mark: string) =>
      settings.find((one) => one.startsWith(`${mark}=`))?.slice(mark.length + 1);
    const [restored, restoring] = [value(marks.restored), value(marks.restoring)?.split(" ")];
    return {
      name,
      connections,
      ...(restored === undefined ? {} : { restored }),
      ...(restoring?.[0]
        ? { restoring: { label: restoring[0], verified: restoring[1] === "verified" } }
        : {}),
    };
  });
}

/** Statements that say how far a restore into a database got. */
export const markStatements = {
  restoring: (database: string, label: string, verified: boolean) =>
    `ALTER DATABASE ${pg.escapeIdentifier(database)} SET ${marks.restoring} = ${pg.escapeLiteral(`${label}${verified ? " verified" : ""}`)}`,
  restored: (database: string, label: string) => [
    `ALTER DATABASE ${pg.escapeIdentifier(database)} SET ${marks.restored} = ${pg.escapeLiteral(label)}`,
    `ALTER DATABASE ${pg.escapeIdentifier(database)} RESET ${marks.restoring}`,
  ],
};

/** Where a point is restored to. */
export interface LogicalTarget {
  /** A maintenance database of the server, such as `postgres`, as a superuser. */
  readonly server: DatabaseAddress;
  /** The database to restore, by the name that applications know. */
  readonly database: string;
  /** Identity that the server has to have; guards against the wrong one. @default any */
  readonly systemIdentifier?: string;
  /**
   * Point that was restored into it before, and may be replaced; the very point that is restored means once more.
   *
   * @default none: a finished restore is refused, and nothing is done where it is of the same point
   */
  readonly replaces?: string;
}

/** Whether a database holds a point already that nobody wants restored once more. */
export function isDone(
  { restored }: FoundDatabase,
  { replaces }: Pick<LogicalTarget, "replaces">,
  label: string,
): boolean {
  return restored === label && replaces !== label;
}

/** What is to be restored, as far as a target has to suit it. */
export interface Restorable {
  readonly label: string;
  /** Major version that it comes from; unknown for a dump of another tool. */
  readonly major?: number;
}

/**
 * Refuses a target that must not be touched. Nothing was changed yet.
 *
 * @throws EngineError (2)
 */
export async function requireTarget(
  client: pg.Client,
  target: LogicalTarget,
  { label, major }: Restorable,
): Promise<void> {
  const { database, server, systemIdentifier, replaces } = target;
  if (database === server.database || ["postgres", "template0", "template1"].includes(database))
    throw new EngineError(`"${database}" is a maintenance database: nothing is restored into it`, 2);
  const { rows } = await client.query<{ major: number; identifier: string; recovering: boolean }>(
    `SELECT current_setting('server_version_num')::int / 10000 AS major,
            (SELECT system_identifier::text FROM pg_control_system()) AS identifier, pg_is_in_recovery() AS recovering`,
  );
  const [found] = rows;
  if (!found || found.recovering) throw new EngineError("the target is a standby: nobody can write to it", 2);
  if (systemIdentifier !== undefined && systemIdentifier !== found.identifier)
    throw new EngineError(
      `the target is another system: its identifier is ${found.identifier}, expected ${systemIdentifier}`,
      2,
      "check the address of the target",
    );
  if (major !== undefined && found.major < major)
    throw new EngineError(
      `the target is PostgreSQL ${found.major}; the point comes from ${major}, and does not go backwards`,
      2,
    );
  const live = (await foundDatabases(client)).find(({ name }) => name === database);
  if (!live || isDone(live, target, label)) return;
  if (live.connections.length > 0)
    throw new EngineError(
      `"${database}" is in use by ${live.connections.length} connections (${[...new Set(live.connections)].slice(0, 5).join(", ")})`,
      2,
      "stop what writes to it first",
    );
  if (live.restored !== undefined && live.restored !== replaces)
    throw new EngineError(
      `"${database}" holds a finished restore of point ${live.restored}`,
      2,
      `--replace ${live.restored}`,
    );
}
