import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";

import { EngineError } from "../errors.js";

/** Debian keeps each major version's programs apart and puts only wrappers on PATH. */
const root = "/usr/lib/postgresql";

/**
 * Path of one of the server's programs.
 *
 * @param major the version that it has to be of. @default the newest
 * @throws EngineError (3) when it is not installed
 */
export async function program(
  name:
    | "initdb"
    | "postgres"
    | "pg_ctl"
    | "pg_amcheck"
    | "pg_checksums"
    | "pg_controldata"
    | "pg_waldump"
    | "reindexdb"
    | "vacuumdb",
  major?: number,
): Promise<string> {
  const found = await readdir(root).catch(() => []);
  const versions = found.sort((a, b) => Number(b) - Number(a));
  for (const version of versions) {
    const path = join(root, version, "bin", name);
    if ((major === undefined || Number(version) === major) && existsSync(path)) return path;
  }
  const wanted = major === undefined ? name : `${name} of PostgreSQL ${major}`;
  throw new EngineError(
    `${wanted} is not installed below ${root}${versions.length > 0 ? `, which has ${versions.join(", ")}` : ""}`,
    3,
    major === undefined ? "use the runner image, which has it" : `install the package postgresql-${major}`,
  );
}
