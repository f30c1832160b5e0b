import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { delimiter, join } from "node:path";

import { EngineError } from "./errors.js";

/** Folders that programs are looked for in, in PATH's order. */
export const pathFolders = (): string[] =>
  (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");

/**
 * Path of a program in the first of some folders that has it.
 *
 * @param hint what to install
 * @throws EngineError (3) when none has it
 */
export async function programIn(folders: readonly string[], name: string, hint: string): Promise<string> {
  const found = await foundIn(folders, name);
  if (found !== undefined) return found;
  throw new EngineError(
    `${name} is not installed: looked in ${folders.join(", ") || "no folder, PATH is empty"}`,
    3,
    hint,
  );
}

/** The same where a machine may go without. */
export async function foundIn(folders: readonly string[], name: string): Promise<string | undefined> {
  for (const folder of folders) {
    const path = join(folder, name);
    if (await runnable(path)) return path;
  }
  return undefined;
}

/** Path of the program zstd. @throws EngineError (3) when it is not installed */
export const zstdProgram = (): Promise<string> =>
  programIn(pathFolders(), "zstd", "install the package zstd");

/** Whether a file is there that this process may run: a folder may be entered, and is none. */
export async function runnable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
