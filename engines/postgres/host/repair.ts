import type pg from "pg";
import { wordsOf } from "../../../vault/errors.js";

import { type DatabaseAddress, withClient } from "../../comparison/index.js";
import { EngineError } from "../../errors.js";
import { type StructureFault, structureFaults } from "../structure.js";

/** What a repair did. */
export interface Repaired {
  /** What was found damaged. */
  readonly found: readonly StructureFault[];
  /** What was rebuilt, in words. */
  readonly rebuilt: readonly string[];
  /** What is damaged still; empty when everything is whole again. */
  readonly left: readonly StructureFault[];
}

/**
 * Rebuilds what is damaged from what is whole: an index from its table, a table from its own rows, all of which have to be
 * readable. Nobody may write meanwhile.
 *
 * @param found what the checker found
 */
export async function repairStructure(
  server: DatabaseAddress,
  major: number,
  found: readonly StructureFault[],
  say: (line: string) => void,
): Promise<Repaired> {
  const rebuilt: string[] = [];
  const wanted = new Map(found.map((fault) => [fault.relation, fault]));
  for (const fault of wanted.values())
    try {
      const what = await rebuild(server, fault);
      if (what === undefined) continue;
      rebuilt.push(what);
      say(what);
    } catch (error) {
      say(`${fault.relation} cannot be rebuilt: ${wordsOf(error)}`);
    }
  const left = rebuilt.length === 0 ? found : await structureFaults(server, { major, thorough: true });
  return { found, rebuilt, left };
}

/** @returns what was done; undefined where nothing can be */
async function rebuild(server: DatabaseAddress, fault: StructureFault): Promise<string | undefined> {
  const [database = ""] = fault.relation.split(".");
  if (fault.kind === undefined) return undefined;
  return withClient({ ...server, database }, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      `SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE current_database() || '.' || n.nspname || '.' || c.relname = $1`,
      [fault.relation],
    );
    const name = rows[0]?.name;
    if (name === undefined) return undefined;
    if (fault.kind === "btree index") {
      await client.query(`REINDEX INDEX ${name}`);
      return `rebuilt index ${fault.relation} from its table`;
    }
    const before = await counted(client, name);
    await client.query(`VACUUM (FULL) ${name}`);
    const after = await counted(client, name);
    if (before !== after)
      throw new EngineError(`it had ${before} rows, and has ${after} after rewriting: restore it`, 1);
    return `rewrote table ${fault.relation}, ${after} rows, with its indexes`;
  });
}

/** Rows of a table, read from itself and no index. */
async function counted(client: pg.Client, name: string): Promise<string> {
  await client.query(
    "SET enable_indexscan = off; SET enable_indexonlyscan = off; SET enable_bitmapscan = off",
  );
  const { rows } = await client.query<{ count: string }>(`SELECT count(*)::text AS count FROM ${name}`);
  return rows[0]?.count ?? "";
}
