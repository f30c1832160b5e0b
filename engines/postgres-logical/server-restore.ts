import { mkdir } from "node:fs/promises";
import pg from "pg";

import { EngineError } from "../errors.js";
import type { ServerObjects } from "./server-objects.js";

const { escapeIdentifier: quoted, escapeLiteral: literal } = pg;

/**
 * Makes the roles that are missing, with their attributes, memberships and settings. Roles that exist stay as they are.
 *
 * @returns names of those made
 */
export async function ensureRoles(client: pg.Client, { roles }: ServerObjects): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>("SELECT rolname AS name FROM pg_roles");
  const existing = new Set(rows.map(({ name }) => name));
  const missing = roles.filter(({ name }) => !existing.has(name));
  if (missing.length === 0) return [];
  await client.query("BEGIN");
  try {
    for (const role of missing)
      await client.query(
        [
          `CREATE ROLE ${quoted(role.name)} ${role.attributes.join(" ")} CONNECTION LIMIT ${role.connections}`,
          ...(role.until === null ? [] : [`VALID UNTIL ${literal(role.until)}`]),
          ...(role.password ? [`PASSWORD ${literal(role.password)}`] : []),
        ].join(" "),
      );
    for (const role of missing) {
      for (const group of role.memberOf)
        await client.query(
          `GRANT ${quoted(group.role)} TO ${quoted(role.name)}${group.admin ? " WITH ADMIN OPTION" : ""}`,
        );
      for (const setting of role.settings) await set(client, `ALTER ROLE ${quoted(role.name)}`, setting);
    }
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  }
  return missing.map(({ name }) => name);
}

/** Where tablespaces are on the target: a folder by name. */
export type TablespaceFolders = Readonly<Record<string, string>>;

/**
 * Makes the tablespaces that are missing.
 *
 * @throws EngineError (2) when no folder was named for one
 */
export async function ensureTablespaces(
  client: pg.Client,
  { tablespaces }: ServerObjects,
  folders: TablespaceFolders,
): Promise<void> {
  const { rows } = await client.query<{ name: string }>("SELECT spcname AS name FROM pg_tablespace");
  const missing = tablespaces.filter(({ name }) => !rows.some((one) => one.name === name));
  const homeless = missing.filter(({ name }) => folders[name] === undefined);
  if (homeless.length > 0)
    throw new EngineError(
      `the target has no tablespace ${homeless.map(({ name, location }) => `"${name}" (at the source: ${location})`).join(", ")}`,
      2,
      "name a folder on the target's server for each",
    );
  for (const { name, owner, options } of missing)
    await client.query(
      `CREATE TABLESPACE ${quoted(name)} OWNER ${owner} LOCATION ${literal(folders[name] ?? "")}${
        options.length > 0 ? ` WITH (${options.join(", ")})` : ""
      }`,
    );
}

/** Makes an empty database as the source was made: nothing but its name is chosen here. */
export async function createDatabase(
  client: pg.Client,
  name: string,
  { database }: ServerObjects,
): Promise<void> {
  const { encoding, provider, collate, ctype, icuLocale, tablespace } = database;
  await client.query(
    [
      `CREATE DATABASE ${quoted(name)} TEMPLATE template0 ENCODING ${literal(encoding)}`,
      `LC_COLLATE ${literal(collate)} LC_CTYPE ${literal(ctype)}`,
      ...(provider === "i" ? [`LOCALE_PROVIDER icu ICU_LOCALE ${literal(icuLocale ?? "")}`] : []),
      `TABLESPACE ${quoted(tablespace)}`,
    ].join(" "),
  );
}

/** Gives a database the owner, limits, settings, privileges and comment that the source had. */
export async function applyProperties(
  client: pg.Client,
  name: string,
  { database }: ServerObjects,
): Promise<void> {
  const { owner, connections, comment, settings, grants } = database;
  const at = quoted(name);
  await client.query(`ALTER DATABASE ${at} OWNER TO ${quoted(owner)}`);
  await client.query(`ALTER DATABASE ${at} CONNECTION LIMIT ${connections}`);
  if (comment !== null) await client.query(`COMMENT ON DATABASE ${at} IS ${literal(comment)}`);
  for (const { role, settings: all } of settings)
    for (const setting of all)
      await set(
        client,
        role === null ? `ALTER DATABASE ${at}` : `ALTER ROLE ${quoted(role)} IN DATABASE ${at}`,
        setting,
      );
  if (grants === null) return;
  await client.query(`REVOKE ALL ON DATABASE ${at} FROM PUBLIC, ${quoted(owner)}`);
  for (const { role, privilege, grantable } of grants)
    await client.query(
      `GRANT ${privilege} ON DATABASE ${at} TO ${role === "" ? "PUBLIC" : quoted(role)}${
        grantable && role !== owner ? " WITH GRANT OPTION" : ""
      }`,
    );
}

/** Makes the folders that an isolated server's tablespaces are in. @returns them by name */
export async function tablespaceFolders(
  { tablespaces }: ServerObjects,
  root: string,
  own: (folder: string) => Promise<void>,
): Promise<TablespaceFolders> {
  const folders: Record<string, string> = {};
  for (const [index, { name }] of tablespaces.entries()) {
    const folder = `${root}/tablespace-${index}`;
    await mkdir(folder, { mode: 0o700 });
    await own(folder);
    folders[name] = folder;
  }
  return folders;
}

/** Settings whose text is a list of names: quoting it once more would make it one name. */
const lists = ["search_path", "temp_tablespaces", "session_preload_libraries", "local_preload_libraries"];

/** @param setting as the server stores it: `name=value` */
async function set(client: pg.Client, alter: string, setting: string): Promise<void> {
  const at = setting.indexOf("=");
  const [name, value] = [setting.slice(0, at), setting.slice(at + 1)];
  const named = name.split(".").map(quoted).join(".");
  if (!lists.includes(name)) {
    await client.query(`${alter} SET ${named} TO ${literal(value)}`);
    return;
  }
  // The stored text is taken as it is when it comes from a session's own setting.
  const before = (await client.query<{ value: string }>("SELECT current_setting($1) AS value", [name]))
    .rows[0];
  await client.query("SELECT set_config($1, $2, false)", [name, value]);
  await client.query(`${alter} SET ${named} FROM CURRENT`);
  await client.query("SELECT set_config($1, $2, false)", [name, before?.value ?? ""]);
}
