import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { DatabaseAddress } from "../comparison/index.js";

/** What PostgreSQL's programs are told about a connection. */
export type LibpqEnvironment = Readonly<Record<string, string>>;

/**
 * The environment with which PostgreSQL's programs connect. A password goes through a file that only this user reads:
 * neither arguments nor the environment show it.
 *
 * @param folder private folder for that file
 */
export async function libpqEnvironment(address: DatabaseAddress, folder: string): Promise<LibpqEnvironment> {
  const { host, port = 5432, user, database, password, tls } = address;
  const environment: Record<string, string> = {
    PGHOST: host,
    PGPORT: String(port),
    PGUSER: user,
    PGDATABASE: database,
    PGAPPNAME: "secondsite",
    PGCONNECT_TIMEOUT: "10",
    // Nothing of the home folder counts: neither a service nor a password file.
    PGPASSFILE: join(folder, "pgpass"),
    ...(tls ? { PGSSLMODE: tls.mode } : {}),
  };
  const escaped = (text: string) => text.replace(/[\\:]/g, "\\$&");
  // Any host and database: a socket's folder is written as "localhost" there, and one server is meant anyway.
  const line = password === undefined ? "" : `*:*:*:${escaped(user)}:${escaped(password)}\n`;
  await writeFile(join(folder, "pgpass"), line, { mode: 0o600 });
  if (tls?.authority !== undefined) {
    environment.PGSSLROOTCERT = join(folder, "authority.crt");
    await writeFile(environment.PGSSLROOTCERT, tls.authority, { mode: 0o600 });
  }
  return environment;
}
