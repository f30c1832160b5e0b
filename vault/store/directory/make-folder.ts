import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Makes a folder, and those above it that are missing.
 *
 * One at a time: Node's own `recursive` never comes to an end where the kernel lets nobody make any, such as below /proc.
 *
 * @param mode of each that is made. @default the process's own
 * @returns the topmost that was made; undefined when it is there already
 * @throws what the system says when it cannot be made
 */
export async function makeFolder(folder: string, mode?: number): Promise<string | undefined> {
  const code = await made(folder, mode);
  if (code === undefined) return folder;
  if (code !== "ENOENT") return undefined;
  const above = dirname(folder);
  const first = above === folder ? undefined : await makeFolder(above, mode);
  await mkdir(folder, mode).catch(unlessThere(folder));
  return first ?? folder;
}

/** @returns why it was not made: it is there, or what it is to lie in is not (`ENOENT`); undefined when it was */
async function made(folder: string, mode: number | undefined): Promise<string | undefined> {
  try {
    await mkdir(folder, mode);
    return undefined;
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (code !== "ENOENT") await unlessThere(folder)(error);
    return code;
  }
}

/** Somebody else may have made it, now or before; on a disk that can only be read it may be there too. */
const unlessThere = (folder: string) => async (error: unknown) => {
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory()) throw error;
};
