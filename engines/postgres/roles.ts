import pg from "pg";

import type { Placement } from "./placement.js";
import type { Server } from "./server.js";

/** Role that services connect as; owns its database and nothing else. */
export const applicationRole = "app";

/** Makes the services' role and database where they are missing, and gives the role this site's password. */
export async function ensureApplication(
  server: Server,
  { spec }: Placement,
  password: string,
): Promise<void> {
  const role = pg.escapeIdentifier(applicationRole);
  const roles = await server.query("SELECT 1 FROM pg_roles WHERE rolname = $1", [applicationRole]);
  await server.query(
    `${roles.length === 0 ? "CREATE" : "ALTER"} ROLE ${role} LOGIN PASSWORD ${pg.escapeLiteral(password.trim())}`,
  );
  const databases = await server.query("SELECT 1 FROM pg_database WHERE datname = $1", [spec.database]);
  if (databases.length === 0)
    await server.query(`CREATE DATABASE ${pg.escapeIdentifier(spec.database)} OWNER ${role}`);
}
