import { join } from "node:path";

import { VaultError } from "../../errors.js";

/** Folder of files that are being written; no key begins with it. */
export const unfinishedFolder = ".unfinished";

/** File of a key. @throws VaultError for a key that a directory cannot hold, or that leads out of it */
export function fileOf(root: string, key: string): string {
  const parts = key.split("/");
  const bad =
    key === "" ||
    key.includes("\0") ||
    parts[0] === unfinishedFolder ||
    parts.some((part) => part === "" || part === "." || part === ".." || Buffer.byteLength(part) > 255);
  if (bad) throw new VaultError(`"${key}" cannot be a file below ${root}`);
  return join(root, ...parts);
}

/** The order in which stores list: by the bytes of keys. */
export const inKeyOrder = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
