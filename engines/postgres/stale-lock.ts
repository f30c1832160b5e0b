import { readdir, readFile, readlink, realpath, rm } from "node:fs/promises";
import { basename, join } from "node:path";

/**
 * Removes what a server that was killed left to say that it runs, where PostgreSQL would take something else for it: in a
 * container numbers of processes begin anew, and a process of ours, or a mere thread of one, which `/proc` doesn't list,
 * has the dead server's. It would refuse to start for as long, each time anew.
 *
 * Where a server of this folder, or a remainder of one, still runs, it stays.
 *
 * @param data the data folder
 */
export async function dropStaleLock(data: string): Promise<void> {
  const folder = await realpath(data);
  for (const one of await readdir("/proc")) if (/^\d+$/.test(one) && (await isServerOf(folder, one))) return;
  await rm(join(data, "postmaster.pid"), { force: true });
}

/** Whether a process is PostgreSQL's and works in a folder; one that may not be looked at is, for all that is known. */
async function isServerOf(folder: string, pid: string): Promise<boolean> {
  try {
    const [program, where] = await Promise.all([readlink(`/proc/${pid}/exe`), readlink(`/proc/${pid}/cwd`)]);
    return where === folder && basename(program).startsWith("postgres");
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    // It ended meanwhile, or it is the kernel's own.
    if (["ENOENT", "ESRCH"].includes(code)) return false;
    return (await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "")).startsWith("postgres");
  }
}
