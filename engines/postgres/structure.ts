import { ExecaError, execa } from "execa";

import { EngineError } from "../errors.js";
import { folders } from "./folders.js";
import { program } from "./programs.js";
import type { Server } from "./server.js";

/**
 * Checks every table and B-tree index of every database with the server's own checker.
 *
 * @throws EngineError that names what is damaged; nobody has written to it yet
 */
export async function verifyStructure(server: Server, say: (line: string) => void): Promise<void> {
  const databases = await server.query<{ name: string }>(
    "SELECT datname AS name FROM pg_database WHERE datallowconn AND datname <> 'template0' ORDER BY 1",
  );
  for (const { name } of databases) await server.query("CREATE EXTENSION IF NOT EXISTS amcheck", [], name);
  try {
    await execa(await program("pg_amcheck"), [
      `--host=${folders.run}`,
      "--username=postgres",
      "--all",
      "--jobs=2",
    ]);
  } catch (error) {
    throw new EngineError(
      `the database is damaged: ${error instanceof ExecaError ? error.stdout || error.stderr || error.shortMessage : error}`,
      1,
      "restore an older point: secondsite points <plan>",
      { cause: error },
    );
  }
  say(`verified the structure of ${databases.length} databases`);
}
