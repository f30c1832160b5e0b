import { existsSync } from "node:fs";
import { mkdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** A control group that counts the memory of a process and of all that it starts. */
export interface MemoryGroup extends AsyncDisposable {
  /** Where a process writes its number to belong to it. */
  readonly members: string;
  /** Bytes at the highest moment, page cache and sockets of its members included. */
  peak(): Promise<number>;
}

const root = "/sys/fs/cgroup";

/** Makes one; it takes root. Both versions of control groups are known: they name the same things differently. */
export async function memoryGroup(name: string): Promise<MemoryGroup> {
  const first = existsSync(join(root, "memory"));
  const folder = join(root, ...(first ? ["memory"] : []), name);
  await mkdir(folder);
  return {
    members: join(folder, "cgroup.procs"),
    async peak() {
      const file = first ? "memory.max_usage_in_bytes" : "memory.peak";
      return Number(await readFile(join(folder, file), "utf8"));
    },
    [Symbol.asyncDispose]: () => rmdir(folder),
  };
}

/** Puts this process into a group: what it starts from now on is in it too. */
export async function enterGroup(members: string): Promise<void> {
  await writeFile(members, String(process.pid));
}
