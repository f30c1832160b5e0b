import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";

/** A disk of a given size that nothing else uses. */
export interface SmallDisk extends AsyncDisposable {
  readonly folder: string;
}

/** Mounts one: needs root, as whatever installs the programs that tests drive does. @param bytes its size */
export async function smallDisk(bytes: number): Promise<SmallDisk> {
  const folder = await mkdtemp(join(tmpdir(), "ss-disk-"));
  await execa("mount", ["-t", "tmpfs", "-o", `size=${bytes}`, "secondsite", folder]);
  return {
    folder,
    async [Symbol.asyncDispose]() {
      await execa("umount", [folder]);
      await rm(folder, { recursive: true });
    },
  };
}
