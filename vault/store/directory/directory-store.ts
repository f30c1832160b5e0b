import { createReadStream } from "node:fs";
import { readFile, rm, rmdir, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

import { VaultError, wordsOf } from "../../errors.js";
import { type Capability, type CapabilityTable, needs } from "../capabilities.js";
import { folderFetch } from "../plain-fetch.js";
import type { Store } from "../store.js";
import { fileOf, unfinishedFolder } from "./paths.js";
import { probeDirectory } from "./probe.js";
import { entries, walk } from "./walk.js";
import { writeFileAtomically } from "./write.js";

/** What a folder can do: it has no versions and no locks, and checks nothing by itself. */
const declared: CapabilityTable = {
  "conditional-create": true,
  checksums: false,
  versioning: false,
  "list-versions": false,
  "version-times": false,
  lock: false,
  "list-uploads": true,
};

/** What is known of a folder. */
export interface DirectoryOptions {
  /**
   * A folder above it that nobody makes: where it is missing, a medium is not mounted or its name is mistyped, and what
   * was written beside it would be missed later. @default none: every folder that is missing is made
   */
  readonly within?: string;
}

/**
 * A folder: a disk, a medium that somebody carries, a mount.
 *
 * A file appears whole or not at all (written aside, synced, read back, then named), and creating is a hard link, which
 * one of many wins. There are no versions and no locks: whoever may write may delete.
 */
export function directoryStore(folder: string, { within }: DirectoryOptions = {}): Store {
  const root = resolve(folder);
  const label = root;
  const refuse = (capability: Capability, what: string): never => {
    needs(declared, capability, label, what);
    throw new VaultError(`${label} does not do "${capability}"`);
  };
  const present = async () => {
    if (within !== undefined) await requireFolder(within);
  };
  const doing = async <T>(action: string, key: string, work: () => Promise<T>): Promise<T> => {
    try {
      await present();
      return await work();
    } catch (error) {
      throw worded(action, key, label, error);
    }
  };
  async function* listing<T>(what: string, work: () => AsyncIterable<T>): AsyncIterable<T> {
    try {
      await present();
      yield* work();
    } catch (error) {
      throw worded("listing", what, label, error);
    }
  }
  const get = (key: string) =>
    doing("reading", key, async () => {
      try {
        return await readFile(fileOf(root, key));
      } catch (error) {
        if (isAbsent(error)) return undefined;
        throw error;
      }
    });
  const body = (content: string | Uint8Array) => [Buffer.from(content)];
  return {
    label,
    declared,
    plainFetch: folderFetch(root),
    probe: () => doing("writing", "probe/", () => probeDirectory(root)),
    get,
    async getVersion(key) {
      return refuse("versioning", `reading a version of ${key}`);
    },
    create: (key, content) =>
      doing(
        "writing",
        key,
        async () => (await writeFileAtomically(root, key, body(content), true)) !== undefined,
      ),
    put: (key, content) =>
      doing("writing", key, async () => {
        await writeFileAtomically(root, key, body(content), false);
      }),
    head: (key, version) =>
      doing("looking at", key, async () => {
        if (version !== undefined) return refuse("versioning", `looking at a version of ${key}`);
        try {
          const found = await stat(fileOf(root, key));
          return found.isFile() ? { key, bytes: found.size, modifiedAt: found.mtime } : undefined;
        } catch (error) {
          if (isAbsent(error)) return undefined;
          throw error;
        }
      }),
    async *read(key, version) {
      if (version !== undefined) refuse("versioning", `reading a version of ${key}`);
      await present();
      try {
        yield* createReadStream(fileOf(root, key), {
          highWaterMark: 1024 * 1024,
        }) as AsyncIterable<Uint8Array>;
      } catch (error) {
        throw isAbsent(error)
          ? new VaultError(`there is no ${key} at ${label}`, undefined, { cause: error })
          : worded("reading", key, label, error);
      }
    },
    upload: (key, source, { createOnly = true, signal } = {}) =>
      doing("writing", key, async () => {
        const stopping = async function* () {
          for await (const chunk of source) {
            signal?.throwIfAborted();
            yield chunk;
          }
        };
        const written = await writeFileAtomically(root, key, stopping(), createOnly);
        if (!written) throw new VaultError(`${key} is there already at ${label}: nothing is overwritten`);
        // A local write that was cut off is written anew: there is no wire to spare.
        return { key, ...written, resumedParts: 0 };
      }),
    uploads: (prefix) =>
      listing(`what is unfinished of ${prefix}`, async function* () {
        for (const name of await entries(join(root, unfinishedFolder))) {
          const key = Buffer.from(name.slice(name.indexOf(".") + 1), "hex").toString("utf8");
          if (!key.startsWith(prefix)) continue;
          const found = await stat(join(root, unfinishedFolder, name)).catch(() => undefined);
          if (found) yield { key, id: name, startedAt: found.birthtime };
        }
      }),
    abort: ({ key, id }) =>
      doing("removing what is unfinished of", key, () =>
        rm(join(root, unfinishedFolder, id.replaceAll("/", "")), { force: true }),
      ),
    delete: (key) =>
      doing("deleting", key, async () => {
        const file = fileOf(root, key);
        await rm(file, { force: true });
        await removeEmptyFolders(root, dirname(file));
      }),
    // biome-ignore lint/correctness/useYield: there is nothing to yield, and the refusal is the answer.
    async *versions(prefix) {
      refuse("list-versions", `looking into the history of ${prefix}`);
    },
    async lock(key) {
      refuse("lock", `locking ${key}`);
    },
    async lockedUntil(key) {
      return refuse("lock", `reading the lock of ${key}`);
    },
    async lockable(key) {
      return refuse("lock", `reading the lock of ${key}`);
    },
    list: (prefix) => listing(prefix, () => walk(root, prefix)),
    folders: (prefix) =>
      doing("listing", prefix, async () => {
        const found = await entries(join(root, prefix));
        return found
          .filter((name) => name.endsWith("/") && `${prefix}${name}` !== `${unfinishedFolder}/`)
          .map((name) => name.slice(0, -1));
      }),
  };
}

async function requireFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch((error: NodeJS.ErrnoException) => error);
  if (!(found instanceof Error) && found.isDirectory()) return;
  const why =
    found instanceof Error && found.code !== "ENOENT"
      ? `${folder} cannot be read: ${found.code}`
      : `there is no folder ${folder}`;
  throw new VaultError(`${why}; mount what belongs there, or make it: mkdir ${folder}`);
}

function isAbsent(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  return code === "ENOENT" || code === "ENOTDIR" || code === "EISDIR";
}

function worded(action: string, key: string, label: string, error: unknown): VaultError {
  if (error instanceof VaultError) return error;
  return new VaultError(`${action} ${key} below ${label} failed: ${wordsOf(error)}`, undefined, {
    cause: error,
  });
}

/** Empty folders would be listed as something that is not there. One that fills meanwhile stays. */
async function removeEmptyFolders(root: string, folder: string): Promise<void> {
  for (let at = folder; at.startsWith(`${root}/`); at = dirname(at))
    try {
      await rmdir(at);
    } catch {
      return;
    }
}
