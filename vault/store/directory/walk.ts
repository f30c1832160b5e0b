import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

import type { StoredObject } from "../../object-store.js";
import { inKeyOrder, unfinishedFolder } from "./paths.js";

/** What is absent or vanishes meanwhile is nothing. */
async function unlessGone<T>(work: Promise<T>, nothing: T): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR") return nothing;
    throw error;
  }
}

/** Folders and files of one folder; folders end with `/`. */
export async function entries(folder: string): Promise<string[]> {
  const found = await unlessGone(readdir(folder, { withFileTypes: true }), []);
  return found
    .filter((entry) => entry.isDirectory() || entry.isFile())
    .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
    .sort(inKeyOrder);
}

/** Every file whose key begins with a prefix, in key order, a folder at a time in memory. */
export async function* walk(root: string, prefix: string): AsyncIterable<StoredObject> {
  yield* below(root, prefix.slice(0, prefix.lastIndexOf("/") + 1), prefix);
}

async function* below(root: string, folder: string, prefix: string): AsyncIterable<StoredObject> {
  for (const name of await entries(join(root, folder))) {
    const key = `${folder}${name}`;
    if (key === `${unfinishedFolder}/`) continue;
    if (!key.startsWith(prefix)) continue;
    if (name.endsWith("/")) yield* below(root, key, prefix);
    else {
      const found = await unlessGone(stat(join(root, key)), undefined);
      if (found) yield { key, bytes: found.size, modifiedAt: found.mtime };
    }
  }
}
