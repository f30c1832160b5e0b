import { readFile, writeFile } from "node:fs/promises";

import { type DatabaseAddress, withClient } from "../../engines/comparison/index.js";
import { libpqEnvironment } from "../../engines/postgres-logical/libpq.js";
import { toolPath } from "../../engines/postgres-logical/tools.js";
import { outputOf } from "../../engines/processes.js";

/** Digests of tables' rows, by name. */
type Digests = Readonly<Record<string, string>>;

/**
 * What somebody can see by hand of whether a database holds the same rows: `COPY table TO STDOUT | sha256sum`, one table
 * after the other. In the order in which they lie there, which a restore keeps: sorting would cost more.
 *
 * @param snapshot that another session has exported. @default what is there now
 */
async function digests(address: DatabaseAddress, folder: string, snapshot?: string): Promise<Digests> {
  const env = await libpqEnvironment(address, folder);
  const psql = await toolPath("psql");
  const names = await withClient(address, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      `SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1`,
    );
    return rows.map(({ name }) => name);
  });
  const found: Record<string, string> = {};
  for (const name of names) {
    const statements = [
      ...(snapshot === undefined
        ? []
        : [
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            `SET TRANSACTION SNAPSHOT '${snapshot.replaceAll("'", "''")}'`,
          ]),
      `COPY ${name} TO STDOUT`,
    ];
    const args = ["-Xq", "--set=ON_ERROR_STOP=1", ...statements.map((text) => `--command=${text}`)];
    const said = await outputOf([
      { path: psql, args, env },
      { path: "sha256sum", args: [] },
    ]);
    found[name] = said.slice(0, 64);
  }
  return found;
}

/** Dumps in a snapshot, and digests every table's rows in the same one meanwhile. @param file for the digests */
export async function withDigests(
  address: DatabaseAddress,
  { folder, file }: Readonly<Record<"folder" | "file", string>>,
  dump: (snapshot: string) => Promise<void>,
): Promise<void> {
  await withClient(address, async (client) => {
    await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    const { rows } = await client.query<{ id: string }>("SELECT pg_export_snapshot() AS id");
    const snapshot = rows[0]?.id ?? "";
    const [found] = await Promise.all([digests(address, folder, snapshot), dump(snapshot)]);
    await writeFile(file, JSON.stringify(found));
  });
}

/** @throws Error when a database's rows are not those of the digests */
export async function requireDigests(
  address: DatabaseAddress,
  { folder, file }: Readonly<Record<"folder" | "file", string>>,
): Promise<void> {
  const found = JSON.stringify(await digests(address, folder));
  if (found !== (await readFile(file, "utf8"))) throw new Error(`other rows were restored: ${found}`);
}
