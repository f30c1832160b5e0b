import { open } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";

import { program } from "../../../engines/postgres/programs.js";
import type { Machine } from "./machine.js";

/** A table with one row that was updated in place: its line pointer leads to where the row is now. */
export const withRedirection = (table: string): string[] => [
  `CREATE TABLE ${table} (id int PRIMARY KEY, note text)`,
  `INSERT INTO ${table} SELECT n, 'new' FROM generate_series(1, 100) n`,
  `UPDATE ${table} SET note = 'seen' WHERE id = 7`,
  `VACUUM ${table}`,
];

/**
 * Has that line pointer lead nowhere, as a page that was damaged in memory is written: with the checksum of what it holds. No
 * index can be built then, for the row has no beginning; the row itself is whole.
 */
export async function misdirect(machine: Machine, table: string): Promise<void> {
  const [found, , items] = await machine.sql(
    `SELECT pg_relation_filepath('${table}') AS path`,
    "CREATE EXTENSION pageinspect",
    `SELECT lp FROM heap_page_items(get_raw_page('${table}', 0)) WHERE lp_flags = 2`,
    "DROP EXTENSION pageinspect",
    "CHECKPOINT",
  );
  const [redirected, ...others] = items?.rows.map(({ lp }) => Number(lp)) ?? [];
  if (redirected === undefined || others.length > 0) throw new Error(`${table} has no single redirection`);
  const path = join(machine.data, found?.rows[0]?.path);
  await machine.stop();
  const file = await open(path, "r+");
  // After the page's header of 24 bytes, 4 bytes an item: 15 bits of where it leads to, 2 that say that it does.
  const pointer = Buffer.alloc(4);
  pointer.writeUInt32LE(2_000 | (2 << 15));
  await file.write(pointer, 0, 4, 24 + 4 * (redirected - 1));
  await file.close();
  const checksums = await program("pg_checksums");
  for (const action of ["--disable", "--enable"])
    await execa(checksums, [action, "--no-sync", machine.data], { ...machine.as, cwd: "/" });
  await machine.start();
}
