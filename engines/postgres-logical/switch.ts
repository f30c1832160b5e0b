import pg from "pg";

import { EngineError } from "../errors.js";
import {
  foundDatabases,
  keptNames,
  type LogicalTarget,
  markStatements,
  type RestoreNames,
} from "./target.js";

const { escapeIdentifier: quoted } = pg;

/**
 * Puts a verified database in the place of the live one, in one transaction: afterwards either both names have changed
 * or none. PostgreSQL refuses it while anybody is connected to either.
 *
 * @returns the name under which the one that was live is kept; undefined where there was none
 * @throws EngineError (2) when somebody has connected meanwhile; nothing has changed
 */
export async function switchIn(
  client: pg.Client,
  names: RestoreNames,
  label: string,
  target: Pick<LogicalTarget, "database">,
): Promise<string | undefined> {
  const found = await foundDatabases(client);
  const previous = found.some(({ name }) => name === names.live) ? keptNames(found, names).free : undefined;
  await together(client, target.database, [
    ...(previous === undefined ? [] : [rename(names.live, previous)]),
    rename(names.next, names.live),
    ...markStatements.restored(names.live, label),
  ]);
  return previous;
}

/**
 * Undoes a switch: what was live before is live again, and what was restored is kept under the name that it had.
 *
 * @param previous name under which it is kept
 * @throws EngineError (2) when somebody is connected to either; nothing has changed
 */
export async function switchBack(
  client: pg.Client,
  names: RestoreNames,
  previous: string,
  label: string,
): Promise<void> {
  await together(client, names.live, [
    rename(names.live, names.next),
    rename(previous, names.live),
    markStatements.restoring(names.next, label, false),
  ]);
}

const rename = (from: string, to: string) => `ALTER DATABASE ${quoted(from)} RENAME TO ${quoted(to)}`;

async function together(client: pg.Client, database: string, statements: readonly string[]): Promise<void> {
  await client.query("BEGIN");
  try {
    for (const statement of statements) await client.query(statement);
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK");
    // 55006: object in use.
    if (error instanceof pg.DatabaseError && error.code === "55006")
      throw new EngineError(
        `"${database}" cannot be switched: ${error.message}${error.detail ? ` (${error.detail})` : ""}`,
        2,
        "stop what is connected to it, and run the same command again: it goes on from here",
        { cause: error },
      );
    throw error;
  }
}
