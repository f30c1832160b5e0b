import type pg from "pg";
import { z } from "zod";

const settings = z.array(z.string());

/** What a dump of a database does not hold: roles, tablespaces, and the database's own properties. */
const schema = z.object({
  roles: z.array(
    z.object({
      name: z.string(),
      /** Attributes in the words of `ALTER ROLE`. */
      attributes: z.array(z.string()),
      connections: z.int(),
      until: z.string().nullable(),
      /** As the server stores it, never clear text; absent where it was not read. */
      password: z.string().nullable().optional(),
      settings,
      memberOf: z.array(z.object({ role: z.string(), admin: z.boolean() })),
    }),
  ),
  tablespaces: z.array(
    z.object({ name: z.string(), owner: z.string(), location: z.string(), options: settings }),
  ),
  database: z.object({
    owner: z.string(),
    encoding: z.string(),
    provider: z.string(),
    collate: z.string(),
    ctype: z.string(),
    icuLocale: z.string().nullable(),
    tablespace: z.string(),
    connections: z.int(),
    comment: z.string().nullable(),
    /** Settings for everybody (`role` null) or for one role. */
    settings: z.array(z.object({ role: z.string().nullable(), settings })),
    /** Privileges; empty role is PUBLIC. Null where PostgreSQL's defaults hold. */
    grants: z.array(z.object({ role: z.string(), privilege: z.string(), grantable: z.boolean() })).nullable(),
  }),
});

export type ServerObjects = z.infer<typeof schema>;

/** Reads what {@link readServerObjects} wrote. */
export const parseServerObjects = (value: unknown): ServerObjects => schema.parse(value);

/**
 * Reads them. Columns that PostgreSQL renamed (`daticulocale` until 16) are asked for by either name.
 *
 * @param passwords with the stored form of passwords, which only a superuser may read
 */
export async function readServerObjects(client: pg.Client, passwords: boolean): Promise<ServerObjects> {
  const attribute = (column: string, word: string) =>
    `CASE WHEN r.${column} THEN '${word}' ELSE 'NO${word}' END`;
  const { rows: roles } = await client.query<ServerObjects["roles"][number]>(
    `SELECT r.rolname AS name, r.rolconnlimit AS connections, r.rolvaliduntil::text AS until,
            ARRAY[${[
              attribute("rolsuper", "SUPERUSER"),
              attribute("rolinherit", "INHERIT"),
              attribute("rolcreaterole", "CREATEROLE"),
              attribute("rolcreatedb", "CREATEDB"),
              attribute("rolcanlogin", "LOGIN"),
              attribute("rolreplication", "REPLICATION"),
              attribute("rolbypassrls", "BYPASSRLS"),
            ].join(", ")}] AS attributes,
            ${passwords ? "r.rolpassword AS password," : ""}
            coalesce((SELECT s.setconfig FROM pg_db_role_setting s WHERE s.setrole = r.oid AND s.setdatabase = 0), '{}') AS settings,
            coalesce((SELECT json_agg(json_build_object('role', g.rolname, 'admin', m.admin_option) ORDER BY g.rolname)
                        FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid WHERE m.member = r.oid), '[]') AS "memberOf"
       FROM ${passwords ? "pg_authid" : "pg_roles"} r WHERE r.rolname !~ '^pg_' ORDER BY 1`,
  );
  const { rows: tablespaces } = await client.query<ServerObjects["tablespaces"][number]>(
    `SELECT spcname AS name, spcowner::regrole::text AS owner, pg_tablespace_location(oid) AS location,
            coalesce(spcoptions, '{}') AS options FROM pg_tablespace WHERE spcname !~ '^pg_' ORDER BY 1`,
  );
  const { rows: databases } = await client.query<ServerObjects["database"]>(
    `SELECT (SELECT rolname FROM pg_roles WHERE oid = d.datdba) AS owner, pg_encoding_to_char(d.encoding) AS encoding,
            d.datlocprovider AS provider, d.datcollate AS collate, d.datctype AS ctype, coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale') AS "icuLocale",
            t.spcname AS tablespace, d.datconnlimit AS connections, shobj_description(d.oid, 'pg_database') AS comment,
            coalesce((SELECT json_agg(json_build_object('role', r.rolname, 'settings',
                              (SELECT coalesce(json_agg(o), '[]') FROM unnest(s.setconfig) o WHERE o !~ '^secondsite[.]')))
                        FROM pg_db_role_setting s LEFT JOIN pg_roles r ON r.oid = s.setrole
                       WHERE s.setdatabase = d.oid), '[]') AS settings,
            (SELECT json_agg(json_build_object('role', coalesce(g.rolname, ''), 'privilege', x.privilege_type, 'grantable', x.is_grantable))
               FROM aclexplode(d.datacl) x LEFT JOIN pg_roles g ON g.oid = x.grantee) AS grants
       FROM pg_database d JOIN pg_tablespace t ON t.oid = d.dattablespace WHERE d.datname = current_database()`,
  );
  return schema.parse({ roles, tablespaces, database: databases[0] });
}
