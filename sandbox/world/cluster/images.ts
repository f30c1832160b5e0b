import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { execa } from "execa";
import lockfile from "proper-lockfile";

import { cacheDir } from "../../toolchain/index.js";
import { run } from "../run.js";

/** Unpacked layers of images that are wanted no more gather in a seed made from a seed: start over at times. */
const oldestGeneration = 10;

/** How containerd is run while its first images come in. */
export interface Importer {
  /** containerd's folder on the node's disk. */
  readonly root: string;
  /** Runs containerd on that folder, lets `work` import, and ends it again. */
  readonly withContainerd: (
    work: (importImage: (tar: string) => Promise<void>) => Promise<void>,
  ) => Promise<void>;
}

/**
 * Puts images on a node's disk before its containerd starts.
 *
 * They are unpacked once and kept in the cache; every other node and world gets links to the same files, which
 * nothing writes to: containerd never changes a blob or a committed layer. Its databases are copied.
 */
export async function provideImages(images: readonly string[], importer: Importer): Promise<void> {
  const done = join(dirname(importer.root), "images-provided");
  // A world's images never change, and the cache may have dropped their archives by the time a region heals.
  if (existsSync(done)) return;
  const key = await keyOf(images);
  const cache = join(cacheDir(), "containerd");
  const seed = join(cache, key);
  await mkdir(cache, { recursive: true });
  if (!existsSync(seed)) {
    const release = await lockfile.lock(cache, { retries: { retries: 600, factor: 1, minTimeout: 500 } });
    try {
      // Whoever held the lock before may have made it.
      if (!existsSync(seed)) await makeSeed(cache, key, images, importer);
    } finally {
      await release();
    }
  }
  await copyNode(join(seed, "root"), importer.root);
  await writeFile(done, key);
}

async function makeSeed(
  cache: string,
  key: string,
  images: readonly string[],
  { root, withContainerd }: Importer,
): Promise<void> {
  const [newest, ...older] = await seedsIn(cache);
  const generation = newest && newest.generation + 1 < oldestGeneration ? newest.generation + 1 : 0;
  if (newest && generation > 0) await copyNode(join(newest.path, "root"), root);
  await withContainerd(async (importImage) => {
    for (const image of images) await importImage(image);
  });
  const unfinished = join(cache, "unfinished");
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished);
  await copyNode(root, join(unfinished, "root"));
  await writeFile(join(unfinished, "generation"), String(generation));
  await rename(unfinished, join(cache, key));
  // Nodes keep what they link to.
  for (const { path } of older) await rm(path, { recursive: true, force: true });
}

/** Finished seeds, newest first. */
async function seedsIn(cache: string): Promise<{ readonly path: string; readonly generation: number }[]> {
  const names = (await readdir(cache)).filter((name) => /^[0-9a-f]{64}$/.test(name));
  const seeds = await Promise.all(
    names.map(async (name) => {
      const file = join(cache, name, "generation");
      return {
        path: join(cache, name),
        generation: Number(await readFile(file, "utf8")),
        at: (await stat(file)).mtimeMs,
      };
    }),
  );
  return seeds.toSorted((one, other) => other.at - one.at);
}

/** Replaces a containerd folder by another's content: blobs and layers linked, databases copied. */
async function copyNode(from: string, to: string): Promise<void> {
  await rm(to, { recursive: true, force: true });
  await mkdir(to, { recursive: true });
  const linked = await execa("cp", ["--archive", "--link", `${from}/.`, to], { reject: false });
  if (linked.failed) {
    // Another filesystem: links cannot reach it.
    await rm(to, { recursive: true, force: true });
    await mkdir(to, { recursive: true });
    await run(["cp", "--archive", `${from}/.`, to]);
  }
  for (const plugin of await readdir(to)) {
    for (const file of (await readdir(join(to, plugin))).filter((name) => name.endsWith(".db"))) {
      const [source, target] = [join(from, plugin, file), join(to, plugin, file)];
      await copyFile(source, `${target}.own`);
      await rename(`${target}.own`, target);
    }
  }
}

/** Names what images are given: the same files give the same key. */
async function keyOf(images: readonly string[]): Promise<string> {
  const files = await Promise.all(
    images.map(async (image) => {
      // Not when it was last touched: whoever keeps a cache of them may note their use that way.
      const { size, ino, birthtimeMs } = await stat(image);
      return [image, size, ino, birthtimeMs];
    }),
  );
  return createHash("sha256").update(JSON.stringify(files)).digest("hex");
}
