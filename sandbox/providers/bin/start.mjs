/**
 * Starts a provider program from its TypeScript sources. The engine starts several for every preview, so the
 * sources are bundled once into the per-user cache, under a name computed from their content: a start then takes
 * a third of the time. Where the cache can't be written, the sources are run as they are.
 */
import { createHash, randomUUID } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const providers = fileURLToPath(new URL("..", import.meta.url));

/** @param {string} name folder of the provider, for example `kubernetes` */
export async function start(name) {
  const entry = join(providers, name, "main.ts");
  try {
    const bundle = join(cacheFolder(), "providers", `${name}-${fingerprint(name)}.mjs`);
    if (!existsSync(bundle)) await build(entry, bundle);
    await import(pathToFileURL(bundle).href);
  } catch (error) {
    if (!["EACCES", "EROFS", "ENOSPC", "EPERM", "ENOTDIR"].includes(error?.code)) throw error;
    process.stderr.write(`provider ${name}: no bundle in the cache (${error.code}), running its sources\n`);
    const { register } = await import("tsx/esm/api");
    register();
    await import(pathToFileURL(entry).href);
  }
}

/** Same rule as the toolchain's cache. */
function cacheFolder() {
  const { SECONDSITE_CACHE, XDG_CACHE_HOME } = process.env;
  return SECONDSITE_CACHE || join(XDG_CACHE_HOME || join(homedir(), ".cache"), "secondsite");
}

/** Of everything that goes into the bundle: the sources, this file, and the versions of the packages. */
function fingerprint(name) {
  const root = dirname(dirname(providers.replace(/\/$/, "")));
  const sources = ["protocol", name].flatMap((folder) =>
    readdirSync(join(providers, folder), { recursive: true })
      .map((file) => join(providers, folder, String(file)))
      .filter((file) => /\.(ts|json)$/.test(file) && !file.endsWith(".test.ts"))
      .sort(),
  );
  const shared = [
    join(root, "sandbox/errors.ts"),
    join(root, "package-lock.json"),
    fileURLToPath(import.meta.url),
  ];
  const hash = createHash("sha256").update(`${process.version}\0${root}`);
  for (const file of [...sources, ...shared]) hash.update(file).update("\0").update(readFileSync(file));
  return hash.digest("hex").slice(0, 20);
}

async function build(entry, bundle) {
  const { build: bundleUp } = await import("esbuild");
  await mkdir(dirname(bundle), { recursive: true, mode: 0o700 });
  // Built aside and renamed, so that neither an interruption nor a second start sees half a file.
  const aside = `${bundle}.${randomUUID()}`;
  try {
    await bundleUp({
      entryPoints: [entry],
      outfile: aside,
      bundle: true,
      platform: "node",
      target: "node20",
      format: "esm",
      minifySyntax: true,
      minifyWhitespace: true,
      keepNames: true,
      logLevel: "error",
      // Bundled CommonJS packages ask for node's own modules through require.
      banner: {
        js: 'import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);',
      },
    });
    await rename(aside, bundle);
  } finally {
    await rm(aside, { force: true });
  }
  await forgetOld(dirname(bundle));
}

/** Bundles of sources that are no more; a week leaves those of other checkouts alone. */
async function forgetOld(folder) {
  const aWeekAgo = Date.now() - 7 * 24 * 3_600_000;
  for (const file of await readdir(folder)) {
    const path = join(folder, file);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }));
    if (mtimeMs < aWeekAgo) await rm(path, { force: true });
  }
}
