import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { execa } from "execa";

import { EngineError } from "../errors.js";
import { foundIn, pathFolders, programIn } from "../path-programs.js";
import type { Step } from "../processes.js";

/** Programs that come with PostgreSQL. */
export type PostgresTool = "initdb" | "pg_dump" | "pg_dumpall" | "pg_restore" | "postgres" | "psql";

/** Where Debian keeps each major version's programs; on PATH it puts wrappers that choose by themselves. */
const debianRoot = "/usr/lib/postgresql";

/** Where programs are looked for. */
export interface ToolPlaces {
  /** Folder with PostgreSQL's programs. @default Debian's newest version, else PATH */
  readonly postgres?: string;
}

/**
 * Path of a program.
 *
 * @throws EngineError (3) when it is not installed
 */
export async function toolPath(name: PostgresTool, places: ToolPlaces = {}): Promise<string> {
  return programIn(
    await postgresFolders(places),
    name,
    "install PostgreSQL's programs (Debian: postgresql-client-<version>; initdb and postgres: postgresql-<version>)",
  );
}

/**
 * A program whose output, bytes for another program, leaves it in large pieces: pg_dump writes 4 KiB at a time, which
 * costs its reader more than the work on them. It is only quicker, so that a machine without coreutils goes without.
 */
export async function inLargePieces(step: Step): Promise<Step> {
  const path = await foundIn(pathFolders(), "stdbuf");
  return path === undefined
    ? step
    : { ...step, path, args: ["--output=1M", step.path, ...step.args], name: basename(step.path) };
}

/** Major version of one of PostgreSQL's programs. */
export async function majorOf(path: string): Promise<{ readonly major: number; readonly text: string }> {
  const { stdout } = await execa(path, ["--version"]);
  const [, text = "", major = ""] = /\(PostgreSQL\) ((\d+)\S*)/.exec(stdout) ?? [];
  if (major === "") throw new EngineError(`${path} does not say its version: "${stdout}"`, 3);
  return { major: Number(major), text };
}

async function postgresFolders({ postgres }: ToolPlaces): Promise<string[]> {
  if (postgres !== undefined) return [postgres];
  const versions = await readdir(debianRoot).catch(() => []);
  const newestFirst = versions.filter((one) => /^\d+$/.test(one)).sort((a, b) => Number(b) - Number(a));
  return [...newestFirst.map((version) => join(debianRoot, version, "bin")), ...pathFolders()];
}
