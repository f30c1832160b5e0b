import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { link, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

import { VaultError } from "../../errors.js";
import { makeFolder } from "./make-folder.js";
import { fileOf, unfinishedFolder } from "./paths.js";

/** What a write left on the disk. */
export interface Written {
  readonly bytes: number;
  readonly sha256: string;
}

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException | undefined)?.code;

/** A name is on the disk only when its folder is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes a file's folders, each of them on the disk. */
async function makeFolders(file: string): Promise<void> {
  const folder = dirname(file);
  const first = await makeFolder(folder);
  if (first === undefined) return;
  for (let at = folder; ; at = dirname(at)) {
    await syncFolder(at);
    if (at === dirname(first)) return;
  }
}

/**
 * Writes a file that is there whole or not at all, whatever is killed or loses power when.
 *
 * It is written aside, synced, read back and compared, and only then given its name.
 *
 * @returns undefined when `createOnly` and the name is taken
 * @throws VaultError when what is read back is not what was written; whatever the disk says otherwise
 */
export async function writeFileAtomically(
  root: string,
  key: string,
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  createOnly: boolean,
): Promise<Written | undefined> {
  const file = fileOf(root, key);
  // The key stands in the name, so that whoever finds it knows what it was to become.
  const aside = join(
    root,
    unfinishedFolder,
    `${randomUUID()}.${Buffer.from(key).toString("hex").slice(0, 180)}`,
  );
  await makeFolders(aside);
  try {
    const written = await writeAside(aside, source);
    if ((await hashOf(aside)) !== written.sha256)
      throw new VaultError(
        `${key} below ${root} reads back as something else: the disk is not to be trusted`,
      );
    await makeFolders(file);
    if (!createOnly) await rename(aside, file);
    else
      try {
        await link(aside, file);
      } catch (error) {
        if (codeOf(error) === "EEXIST") return undefined;
        throw error;
      }
    await syncFolder(dirname(file));
    return written;
  } finally {
    await rm(aside, { force: true });
  }
}

async function writeAside(
  aside: string,
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<Written> {
  const hash = createHash("sha256");
  let bytes = 0;
  const handle = await open(aside, "wx", 0o600);
  try {
    for await (const chunk of source) {
      hash.update(chunk);
      bytes += chunk.byteLength;
      await handle.writeFile(chunk);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  return { bytes, sha256: hash.digest("hex") };
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}
