import type pg from "pg";

import { EngineError } from "../errors.js";

/** What the connected role may not read, of one kind. */
interface Unreadable {
  readonly kind: "tables" | "sequences" | "large objects" | "tables whose rows a policy hides";
  readonly count: number;
  /** The first few, for people. */
  readonly examples: readonly string[];
}

const own = `n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'
  AND c.relpersistence <> 't'
  AND NOT EXISTS (SELECT FROM pg_depend x WHERE x.classid = 'pg_class'::regclass AND x.objid = c.oid AND x.deptype = 'e')`;
const relations = `FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${own}`;
const name = "format('%I.%I', n.nspname, c.relname)";

const queries: Readonly<Record<Unreadable["kind"], string>> = {
  tables: `SELECT ${name} AS item ${relations} AND c.relkind IN ('r', 'p', 'm')
    AND NOT (has_table_privilege(c.oid, 'SELECT') AND has_schema_privilege(n.oid, 'USAGE'))`,
  sequences: `SELECT ${name} AS item ${relations} AND c.relkind = 'S'
    AND NOT (has_sequence_privilege(c.oid, 'SELECT') AND has_schema_privilege(n.oid, 'USAGE'))`,
  // No role for reading all data includes large objects, and no function tells about them before PostgreSQL 18.
  "large objects": `SELECT m.oid::text AS item FROM pg_largeobject_metadata m
    WHERE NOT pg_has_role(m.lomowner, 'USAGE') AND current_setting('lo_compat_privileges') = 'off'
      AND NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
      AND NOT EXISTS (SELECT FROM aclexplode(m.lomacl) x WHERE x.privilege_type = 'SELECT'
                        AND (x.grantee = 0 OR pg_has_role(x.grantee, 'USAGE')))`,
  "tables whose rows a policy hides": `SELECT ${name} AS item ${relations}
    AND c.relkind IN ('r', 'p') AND row_security_active(c.oid)`,
};

/** What helps, by what cannot be read. */
const remedies: Readonly<Record<Unreadable["kind"], (role: string) => string>> = {
  tables: (role) => `GRANT pg_read_all_data TO ${role}`,
  sequences: (role) => `GRANT pg_read_all_data TO ${role}`,
  "large objects": (role) =>
    `GRANT SELECT ON LARGE OBJECT … TO ${role} for each, capture as owner, or leave them out by name`,
  "tables whose rows a policy hides": (role) => `ALTER ROLE ${role} BYPASSRLS`,
};

/**
 * Refuses a source that the role cannot read whole: a dump with fewer rows looks like a good one.
 *
 * @param without large objects are left out by name
 * @throws EngineError (2) that says what cannot be read, and what helps
 */
export async function requireReadable(client: pg.Client, role: string, without: boolean): Promise<void> {
  const found: Unreadable[] = [];
  for (const [kind, query] of Object.entries(queries) as [Unreadable["kind"], string][]) {
    if (without && kind === "large objects") continue;
    const { rows } = await client.query<{ count: number; examples: string[] }>(
      `SELECT count(*)::int AS count, coalesce((array_agg(item ORDER BY item))[1:5], '{}') AS examples FROM (${query}) q`,
    );
    for (const { count, examples } of rows) if (count > 0) found.push({ kind, count, examples });
  }
  if (found.length === 0) return;
  const words = found.map(
    ({ kind, count, examples }) =>
      `${count} ${kind} (${examples.join(", ")}${count > examples.length ? ", …" : ""})`,
  );
  throw new EngineError(
    `role "${role}" cannot read ${words.join(" and ")}: the dump would hold less than the database`,
    2,
    [...new Set(found.map(({ kind }) => remedies[kind](role)))].join("; "),
  );
}
