import { ExecaError, execa } from "execa";

import { type DatabaseAddress, withClient } from "../comparison/index.js";
import { EngineError } from "../errors.js";
import { program } from "./programs.js";

/**
 * Checks every table and B-tree index of every database with the server's own checker. What that needs in the
 * databases is gone again afterwards.
 *
 * @param server as superuser, without a password
 * @param major version of the checker. @default the newest
 * @param thorough also that each row is in each index, which reads all of both
 * @throws EngineError (1) that names what is damaged; nobody has written to it yet
 */
export async function verifyStructure(
  server: DatabaseAddress,
  say: (line: string) => void,
  { major, thorough = false }: { readonly major?: number; readonly thorough?: boolean } = {},
): Promise<void> {
  const databases = await withClient({ ...server, database: "postgres" }, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      "SELECT datname AS name FROM pg_database WHERE datallowconn AND datname <> 'template0' ORDER BY 1",
    );
    return rows.map(({ name }) => name);
  });
  const made: string[] = [];
  for (const database of databases) if (await ensureChecker({ ...server, database })) made.push(database);
  try {
    await execa(await program("pg_amcheck", major), [
      `--host=${server.host}`,
      `--port=${server.port ?? 5432}`,
      `--username=${server.user}`,
      "--no-password",
      "--all",
      ...(thorough ? ["--heapallindexed"] : []),
      "--jobs=2",
    ]);
  } catch (error) {
    throw new EngineError(
      `the database is damaged: ${error instanceof ExecaError ? error.stdout || error.stderr || error.shortMessage : error}`,
      1,
      "restore an older point: secondsite points <plan>",
      { cause: error },
    );
  } finally {
    for (const database of made)
      await withClient({ ...server, database }, (client) => client.query("DROP EXTENSION IF EXISTS amcheck"));
  }
  say(`verified the structure of ${databases.length} databases`);
}

/** Makes the checker's extension where it is missing. @returns whether it was */
async function ensureChecker(database: DatabaseAddress): Promise<boolean> {
  return withClient(database, async (client) => {
    const { rowCount } = await client.query("SELECT FROM pg_extension WHERE extname = 'amcheck'");
    if (rowCount) return false;
    await client.query("CREATE EXTENSION amcheck");
    return true;
  });
}
