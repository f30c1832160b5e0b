import { copyFile, mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import lockfile from "proper-lockfile";

import type { Progress, Say } from "../progress.js";
import { cacheDir } from "../toolchain/index.js";
import { digest, forgetOld, touch } from "./archives.js";
import { Buildah } from "./buildah.js";
import { bundled, codeDigest } from "./bundles.js";
import { debianRecipe, debianRoot } from "./debian.js";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

/** An image as a docker-archive with the name that manifests use for it. */
export interface Image {
  /** Path of the archive. */
  readonly tar: string;
  /** For example `secondsite.local/runner:0a1b2c3d4e5f`; other content has another tag. */
  readonly reference: string;
}

/** Everything a world's clusters run. */
export interface Images {
  /** Path of the archive that holds {@link pauseReference}. */
  readonly pause: string;
  /** PostgreSQL, pgBackRest and the command line; from the project's own Dockerfile. */
  readonly runner: Image;
  /** The example chat service. */
  readonly app: Image;
}

/** What containerd's `sandbox_image` has to be. */
export const pauseReference = "secondsite.local/pause:1";

/** What building needs. */
export interface BuildImagesOptions {
  /** Paths of the programs used. */
  readonly tools: { readonly buildah: string; readonly mmdebstrap: string };
  /** PEM of the world's CA, which becomes part of every image's trust store. */
  readonly caFile: string;
  readonly progress: Progress;
}

/**
 * Builds what the cache does not hold yet: a minute the first time, seconds after a change of code.
 *
 * Two runs at once take turns. Debian's packages are those of the day of the first build; emptying the
 * cache's `images` folder fetches newer ones.
 *
 * @throws WorldError when no mirror is reached, code does not bundle or a build fails.
 */
export async function buildImages({ tools, caFile, progress }: BuildImagesOptions): Promise<Images> {
  const cache = join(cacheDir(), "images");
  await mkdir(cache, { recursive: true });
  const release = await lockfile.lock(cache, {
    stale: 60_000,
    retries: { retries: 900, factor: 1, minTimeout: 1000 },
  });
  const contexts = join(cache, "contexts");
  try {
    await rm(contexts, { recursive: true, force: true });
    const [base, code] = await Promise.all([baseOf(caFile), codeDigest(root)]);
    const [pause, runner, app] = await Promise.all([
      source({ name: "pause", file: "sandbox/images/pause.Dockerfile" }),
      source({
        name: "runner",
        file: "scripts/image/Dockerfile",
        bundler: "scripts/image/bundle.ts",
        bundle: "secondsite.mjs",
      }),
      source({
        name: "app",
        file: "sandbox/app/Dockerfile",
        bundler: "sandbox/app/bundle.ts",
        bundle: "chat.mjs",
      }),
    ]);
    const missing: Source[] = [];
    for (const image of [pause, runner, app]) if (!(await touch(image.tar))) missing.push(image);
    if (missing.length > 0) {
      await progress.step("Container images", async (say) => {
        const buildah = new Buildah(tools.buildah, cache);
        await buildah.dropUnfinished();
        await buildBase(buildah, base, say);
        for (const { file, context, reference, tar } of missing) {
          say(reference);
          await buildah.build({ file, context, tag: reference, base: base.tag });
          await buildah.save(reference, tar);
        }
        await buildah.keepOnly([base.tag, pause.reference, runner.reference, app.reference]);
      });
    }
    // A bundle may be new where no image is: code changed that is in none of them.
    await forgetOld(cache);
    return { pause: pause.tar, runner: image(runner), app: image(app) };

    async function source({ name, file, bundler, bundle }: Recipe): Promise<Source> {
      const context = join(contexts, name);
      await mkdir(context, { recursive: true });
      if (bundler && bundle)
        await bundled({ root, bundler, name: `${name}-code`, code }, cache, join(context, bundle));
      const parts = [
        join(root, file),
        ...(await readdir(context)).sort().map((entry) => join(context, entry)),
      ];
      const hash = digest([base.hash, ...(await Promise.all(parts.map((part) => readFile(part))))]);
      const reference = name === "pause" ? pauseReference : `secondsite.local/${name}:${hash}`;
      return { name, file: join(root, file), context, reference, tar: join(cache, `${name}-${hash}.tar`) };
    }

    async function buildBase(buildah: Buildah, { tag }: Base, say: Say): Promise<void> {
      if (await buildah.has(tag)) return;
      const debian = join(cache, `debian-${digest([debianRecipe])}.tar`);
      if (!(await touch(debian))) {
        const partial = join(cache, "debian.partial.tar");
        await debianRoot(tools.mmdebstrap, partial, say);
        await rename(partial, debian);
      }
      say(tag);
      const context = join(contexts, "base");
      await mkdir(context, { recursive: true });
      await Promise.all([
        copyFile(debian, join(context, "debian.tar")),
        copyFile(process.execPath, join(context, "node")),
        copyFile(caFile, join(context, "world-ca.crt")),
      ]);
      await buildah.build({ file: baseDockerfile, context, tag });
    }
  } finally {
    await rm(contexts, { recursive: true, force: true });
    await release();
  }
}

/** An image and how its only changing file is made, by paths in the project. */
interface Recipe {
  readonly name: string;
  readonly file: string;
  readonly bundler?: string;
  readonly bundle?: string;
}

/** An image with everything ready to build it. */
interface Source extends Image {
  readonly name: string;
  readonly file: string;
  readonly context: string;
}

/** What the images start from. */
interface Base {
  readonly tag: string;
  readonly hash: string;
}

const baseDockerfile = join(root, "sandbox/images/base.Dockerfile");

async function baseOf(caFile: string): Promise<Base> {
  const [dockerfile, ca] = await Promise.all([readFile(baseDockerfile), readFile(caFile)]);
  const hash = digest([debianRecipe, dockerfile, ca, `node ${process.version} ${process.arch}`]);
  return { tag: `secondsite.local/base:${hash}`, hash };
}

function image({ tar, reference }: Source): Image {
  return { tar, reference };
}
