import type pg from "pg";

import { EngineError } from "../errors.js";
import type { LogicalPoint } from "./point.js";

/** What a server and its database are, and what is seen of them in the open snapshot. */
export type SourceState = LogicalPoint["source"];

/** Describes the source. The client is in the transaction whose snapshot is dumped. */
export async function sourceState(client: pg.Client): Promise<SourceState> {
  const { rows } = await client.query<SourceState>(
    `SELECT current_database() AS database, split_part(current_setting('server_version'), ' ', 1) AS version,
            current_setting('server_version_num')::int / 10000 AS major,
            (SELECT system_identifier::text FROM pg_control_system()) AS "systemIdentifier",
            current_user AS role, (SELECT rolname FROM pg_roles WHERE oid = 10) AS superuser,
            pg_encoding_to_char(d.encoding) AS encoding, d.datcollate AS collate, d.datctype AS ctype,
            pg_database_size(d.oid)::float8 AS bytes,
            to_char(statement_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at,
            CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_insert_lsn() END::text AS lsn,
            pg_current_snapshot()::text AS snapshot
       FROM pg_database d WHERE d.datname = current_database()`,
  );
  const [state] = rows;
  if (!state) throw new EngineError("the server does not know the database that it is connected to", 3);
  return state;
}

/**
 * Refuses tools that are older than the server: they do not know all that it holds.
 *
 * @throws EngineError (3)
 */
export function requireMajor(
  tool: { readonly major: number; readonly text: string },
  name: string,
  server: number,
): void {
  if (tool.major < server)
    throw new EngineError(
      `${name} ${tool.text} is older than the server, which is PostgreSQL ${server}`,
      3,
      `install ${name} ${server} or newer (Debian: postgresql-client-${server})`,
    );
}
