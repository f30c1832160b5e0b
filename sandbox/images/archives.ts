import { createHash } from "node:crypto";
import { readdir, rm, stat, utimes } from "node:fs/promises";
import { extname, join } from "node:path";

/** How many archives or bundles of one image are kept; older ones belong to code that has changed since. */
const kept = 3;

/** Names content: twelve hexadecimal digits that change when any part does. */
export function digest(parts: readonly (string | Buffer)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  return hash.digest("hex").slice(0, 12);
}

/** Whether an archive or bundle exists; if so, it counts as just used. */
export async function touch(archive: string): Promise<boolean> {
  const now = new Date();
  try {
    await utimes(archive, now, now);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}

/** Removes what interrupted runs left and all but the last used archives and bundles of each image. */
export async function forgetOld(directory: string): Promise<void> {
  const files = await readdir(directory);
  const archives = files.filter((file) => [".tar", ".mjs"].includes(extname(file)));
  const used = new Map(
    await Promise.all(
      archives.map(async (file) => [file, (await stat(join(directory, file))).mtimeMs] as const),
    ),
  );
  const imageOf = (file: string) => `${file.slice(0, file.lastIndexOf("-"))}${extname(file)}`;
  const old = [...new Set(archives.map(imageOf))].flatMap((image) =>
    archives
      .filter((file) => imageOf(file) === image)
      .sort((a, b) => (used.get(b) ?? 0) - (used.get(a) ?? 0))
      .slice(kept),
  );
  const partial = files.filter((file) => file.includes(".partial"));
  await Promise.all([...old, ...partial].map((file) => rm(join(directory, file), { force: true })));
}
