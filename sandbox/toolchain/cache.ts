import { createHash, randomUUID } from "node:crypto";
import { access, constants, mkdir, readdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

import lockfile from "proper-lockfile";

import { WorldError } from "../errors.js";
import type { Say } from "../progress.js";
import type { CachedPackage } from "./model.js";

/**
 * The per-user cache: `$SECONDSITE_CACHE`, else `$XDG_CACHE_HOME/secondsite`, else `~/.cache/secondsite`.
 * It may not exist yet.
 */
export function cacheDir(): string {
  const { SECONDSITE_CACHE: own, XDG_CACHE_HOME: shared } = process.env;
  if (own) return own;
  return join(shared || join(homedir(), ".cache"), "secondsite");
}

/** Folder of a package in the cache; it exists only when the package is complete. */
export function packageDir(name: string, pkg: CachedPackage): string {
  return join(cacheDir(), "tools", entryName(name, pkg));
}

/** Makes the cache's folder. @throws WorldError when it cannot be written. */
export async function openCache(): Promise<void> {
  try {
    await mkdir(cacheDir(), { recursive: true });
    await access(cacheDir(), constants.W_OK);
  } catch (error) {
    throw new WorldError(
      `cache ${cacheDir()}: cannot be written`,
      "SECONDSITE_CACHE=<a folder of yours> with the same command",
      { cause: error },
    );
  }
}

/** Folders that one attempt works in. */
export interface Workshop {
  /** Empty; thrown away unless it is placed. */
  readonly root: string;
  /** Survives a failed or interrupted attempt. */
  readonly downloads: string;
  /** Makes `root` the package; one that stood there before makes way. */
  place(): Promise<void>;
}

/**
 * Runs `work` while no other process installs the same package into the same cache.
 *
 * The lock of a process that died is taken over after 10 s. Should two processes hold it all the same (one was
 * suspended for longer), what they place is whole all the same: they work in folders of their own.
 *
 * @throws WorldError when another process holds the lock for over half an hour.
 */
export async function withWorkshop<T>(
  name: string,
  pkg: CachedPackage,
  say: Say,
  work: (workshop: Workshop) => Promise<T>,
): Promise<T> {
  const [base, entry, final] = [cacheDir(), entryName(name, pkg), packageDir(name, pkg)];
  const attempts = join(base, "attempts", entry);
  const downloads = join(base, "downloads", entry);
  const root = join(attempts, randomUUID());
  for (const dir of [attempts, downloads, join(base, "tools")]) await mkdir(dir, { recursive: true });
  const release = await lock(attempts, say);
  try {
    for (const left of await readdir(attempts)) await clear(join(attempts, left), say);
    await mkdir(join(root, "bin"), { recursive: true });
    return await work({
      root,
      downloads,
      place: async () => {
        // One may stand there that no longer works: its interpreter was upgraded, say.
        const broken = join(attempts, `${randomUUID()}-broken`);
        await rename(final, broken).catch((error: NodeJS.ErrnoException) => {
          if (error.code !== "ENOENT") throw error;
        });
        await rename(root, final);
        await rm(downloads, { recursive: true, force: true });
        await rm(broken, { recursive: true, force: true });
      },
    });
  } finally {
    await rm(root, { recursive: true, force: true });
    await release();
  }
}

/** Removes what an attempt that died has left. Children of it may still be writing: then it stays, and harms nobody. */
async function clear(left: string, say: Say): Promise<void> {
  await rm(left, { recursive: true, force: true, maxRetries: 3, retryDelay: 100 }).catch((error: Error) =>
    say(`left behind for now: ${error.message}`),
  );
}

async function lock(dir: string, say: Say): Promise<() => Promise<void>> {
  const options = {
    stale: 10_000,
    update: 2_000,
    onCompromised: (error: Error) => say(`the lock on ${dir} was lost: ${error.message}`),
  };
  const released = async (release: () => Promise<void>) => {
    await release().catch((error: Error & { code?: string }) => {
      // Lost to another process, which removes it itself.
      if (error.code !== "ERELEASED" && error.code !== "ENOTACQUIRED") throw error;
    });
  };
  try {
    const release = await lockfile.lock(dir, options);
    return () => released(release);
  } catch (error) {
    if ((error as { code?: string }).code !== "ELOCKED") throw error;
    say("another process is installing it; waiting");
  }
  try {
    const retries = { retries: 1800, factor: 1, minTimeout: 1_000, maxTimeout: 1_000 };
    const release = await lockfile.lock(dir, { ...options, retries });
    return () => released(release);
  } catch (error) {
    throw new WorldError(`${dir}: another process has held its lock for half an hour`, undefined, {
      cause: error,
    });
  }
}

function entryName(name: string, pkg: CachedPackage): string {
  const digest = createHash("sha256").update(pkg.recipe).digest("hex").slice(0, 10);
  return `${name}-${pkg.version}-${process.arch}-${digest}`;
}
