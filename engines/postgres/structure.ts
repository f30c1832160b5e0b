import { execa } from "execa";

import { type DatabaseAddress, withClient } from "../comparison/index.js";
import { EngineError } from "../errors.js";
import { program } from "./programs.js";

/** Something in a database that is not as it should be. */
export interface StructureFault {
  /** Absent where the checker itself could not go on. */
  readonly kind?: "heap table" | "btree index";
  /** `database.schema.relation`, as the checker names it. */
  readonly relation: string;
  readonly message: string;
}

/** How a structure is checked. */
export interface StructureCheck {
  /** Version of the checker. @default the newest */
  readonly major?: number;
  /** Also that each row is in each index, which reads all of both. @default false */
  readonly thorough?: boolean;
}

/**
 * Checks every table and B-tree index of every database with the server's own checker. What that needs in the databases is
 * gone again afterwards.
 *
 * @param server as superuser
 * @returns what is damaged; empty when nothing is
 * @throws EngineError (3) when the server does not let itself be checked
 */
export async function structureFaults(
  server: DatabaseAddress,
  { major, thorough = false }: StructureCheck = {},
): Promise<StructureFault[]> {
  const databases = await databasesOf(server);
  const made: string[] = [];
  for (const database of databases) if (await ensureChecker({ ...server, database })) made.push(database);
  try {
    const args = [
      ...[`--host=${server.host}`, `--port=${server.port ?? 5432}`, `--username=${server.user}`],
      ...["--no-password", "--all", ...(thorough ? ["--heapallindexed"] : []), "--jobs=2"],
    ];
    const { exitCode, stdout, stderr } = await execa(await program("pg_amcheck", major), args, {
      ...{ reject: false, env: { LC_ALL: "C" } },
      // A password, where one is needed, is no argument.
      ...(server.password === undefined ? {} : { env: { LC_ALL: "C", PGPASSWORD: server.password } }),
    });
    return exitCode === 0 ? [] : faultsIn(stdout, stderr);
  } finally {
    for (const database of made)
      await withClient({ ...server, database }, (client) => client.query("DROP EXTENSION IF EXISTS amcheck"));
  }
}

/**
 * The same for what has to be whole.
 *
 * @throws EngineError (1) that names what is damaged; nobody has written to it yet
 */
export async function verifyStructure(
  server: DatabaseAddress,
  say: (line: string) => void,
  check: StructureCheck = {},
): Promise<void> {
  const faults = await structureFaults(server, check);
  if (faults.length === 0) {
    say("verified the structure of every database");
    return;
  }
  throw new EngineError(
    `the database is damaged: ${faults.map(faultInWords).join("; ")}`,
    1,
    "restore an older point: secondsite points <plan>",
  );
}

/** A fault for people. */
export const faultInWords = ({ kind, relation, message }: StructureFault): string =>
  `${[kind, relation].filter(Boolean).join(" ")}: ${message}`;

/** Reads what the checker prints: a line for each object, and below it, indented, what is wrong there. */
export function faultsIn(stdout: string, stderr: string): StructureFault[] {
  const found: { kind?: "heap table" | "btree index"; relation: string; lines: string[] }[] = [];
  for (const line of stdout.split("\n")) {
    const [, kind, relation = ""] = /^(heap table|btree index) "(.+?)"(?:,.*)?:$/.exec(line) ?? [];
    if (kind === "heap table" || kind === "btree index") found.push({ kind, relation, lines: [] });
    else if (/^\s+\S/.test(line)) found.at(-1)?.lines.push(line.trim());
  }
  const faults = found.map(({ lines, ...of }) => ({ ...of, message: lines.join(" ") || "it is damaged" }));
  if (faults.length > 0) return faults;
  return [{ relation: "pg_amcheck", message: stderr.trim() || stdout.trim() || "it did not end well" }];
}

async function databasesOf(server: DatabaseAddress): Promise<string[]> {
  return withClient({ ...server, database: "postgres" }, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      "SELECT datname AS name FROM pg_database WHERE datallowconn AND datname <> 'template0' ORDER BY 1",
    );
    return rows.map(({ name }) => name);
  });
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
