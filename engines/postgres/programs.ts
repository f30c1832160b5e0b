import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";

import { EngineError } from "../errors.js";

/** Debian keeps each major version's programs apart and puts only wrappers on PATH. */
const root = "/usr/lib/postgresql";

/** Path of one of the server's programs, newest version first. @throws EngineError when it is not installed. */
export async function program(
  name: "initdb" | "postgres" | "pg_ctl" | "pg_amcheck" | "pg_controldata" | "pg_waldump",
): Promise<string> {
  const versions = (await readdir(root)).sort((a, b) => Number(b) - Number(a));
  for (const version of versions) {
    const path = join(root, version, "bin", name);
    if (existsSync(path)) return path;
  }
  throw new EngineError(`${name} is not installed below ${root}`, 3, "use the runner image, which has it");
}
