import { chmod, writeFile } from "node:fs/promises";

/** Writes a file that only this user reads, whatever it was before. */
export async function writePrivate(path: string, text: string): Promise<void> {
  await writeFile(path, text, { mode: 0o600 });
  await chmod(path, 0o600);
}
