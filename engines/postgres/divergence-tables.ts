import type { LoggedCommit } from "./divergence-log.js";
import type { Server } from "./server.js";

/**
 * Names of the tables behind the files that commits changed, by file: `database.schema.table`. An index counts as
 * its table. A file that no table has any more has no name.
 */
export async function tablesOf(
  server: Server,
  commits: readonly LoggedCommit[],
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const files = [...new Set(commits.flatMap((commit) => [...commit.files]))];
  const databases = await server.query<{ oid: number; name: string }>(
    "SELECT oid::int, datname AS name FROM pg_database WHERE datallowconn",
  );
  for (const { oid, name } of databases) {
    const own = files.filter((file) => file.split("/")[1] === String(oid));
    if (own.length === 0) continue;
    const rows = await server.query<{ file: string; table: string }>(
      `SELECT f.file, n.nspname || '.' || t.relname AS "table"
         FROM unnest($1::text[]) AS f(file)
         JOIN pg_class c ON c.oid =
           pg_filenode_relation(split_part(f.file, '/', 1)::oid, split_part(f.file, '/', 3)::oid)
         LEFT JOIN pg_index i ON i.indexrelid = c.oid
         JOIN pg_class t ON t.oid = coalesce(i.indrelid, c.oid)
         JOIN pg_namespace n ON n.oid = t.relnamespace`,
      [own],
      name,
    );
    for (const { file, table } of rows) found.set(file, `${name}.${table}`);
  }
  return found;
}
