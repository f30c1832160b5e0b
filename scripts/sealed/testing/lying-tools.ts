import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { toolPath } from "../../../engines/postgres-logical/tools.js";

/** How pg_dump lies. */
export interface Lie {
  /** What it leaves out: an option that it is given besides. */
  readonly lacks?: string;
  /** What it says that it is. */
  readonly version?: string;
}

/** Makes a folder of the dump's programs, of which pg_dump does not do what it says. @returns the folder */
export async function lyingTools(folder: string, { lacks = "", version }: Lie): Promise<string> {
  await mkdir(folder);
  for (const name of ["pg_dump", "pg_dumpall"] as const) {
    const path = join(folder, name);
    const says =
      version === undefined ? "" : `[ "$1" = --version ] && echo "${name} (PostgreSQL) ${version}" && exit\n`;
    const real = `exec ${await toolPath(name)} "$@" ${name === "pg_dump" ? lacks : ""}`;
    await writeFile(path, `#!/bin/sh\n${says}${real}\n`);
    await chmod(path, 0o755);
  }
  return folder;
}
