import pg from "pg";

import type { Placement } from "./placement.js";
import type { Server } from "./server.js";

/** Role that services connect as; owns its database and nothing else. */
export const applicationRole = "app";

/** Role that dumps are made as: reads everything, writes nothing. */
export const dumpRole = "dump";

/** Makes the services' role and database where they are missing, and gives the role this site's password. */
export async function ensureApplication(
  server: Server,
  { spec }: Placement,
  password: string,
): Promise<void> {
  const role = await ensureRole(server, applicationRole, password);
  const databases = await server.query("SELECT 1 FROM pg_database WHERE datname = $1", [spec.database]);
  if (databases.length === 0)
    await server.query(`CREATE DATABASE ${pg.escapeIdentifier(spec.database)} OWNER ${role}`);
}

/** Makes the dumps' role where it is missing, and gives it this site's password. */
export async function ensureDumps(server: Server, password: string): Promise<void> {
  await server.query(`GRANT pg_read_all_data TO ${await ensureRole(server, dumpRole, password)}`);
}

/** @returns its name, quoted */
async function ensureRole(server: Server, name: string, password: string): Promise<string> {
  const role = pg.escapeIdentifier(name);
  const roles = await server.query("SELECT 1 FROM pg_roles WHERE rolname = $1", [name]);
  await server.query(
    `${roles.length === 0 ? "CREATE" : "ALTER"} ROLE ${role} LOGIN PASSWORD ${pg.escapeLiteral(password.trim())}`,
  );
  return role;
}
