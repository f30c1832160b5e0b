/**
 * Starts one of the sandbox's programs from its TypeScript sources: `node start.mjs <path of its main.ts> [argument…]`.
 *
 * Every world starts several, and the Pulumi engine some more for every preview, so that the sources are bundled once into
 * the per-user cache, under a name computed from their content: a start then takes a tenth to a third of the processor's
 * time. Where the cache can't be written, the sources are run as they are.
 */
import { createHash, randomUUID } from "node:crypto";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, relative } from "node:path";
import { argv } from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** @param {URL} main the program's main.ts */
export async function start(main) {
  const entry = fileURLToPath(main);
  try {
    const bundle = bundleOf(entry) ?? (await build(entry));
    await import(pathToFileURL(bundle).href);
  } catch (error) {
    if (!["EACCES", "EROFS", "ENOSPC", "EPERM", "ENOTDIR"].includes(error?.code)) throw error;
    process.stderr.write(`${entry}: no bundle in the cache (${error.code}), running its sources\n`);
    const { register } = await import("tsx/esm/api");
    register();
    await import(main.href);
  }
}

/** Same rule as the toolchain's cache. */
function cacheFolder() {
  const { SECONDSITE_CACHE, XDG_CACHE_HOME } = process.env;
  return join(
    SECONDSITE_CACHE || join(XDG_CACHE_HOME || join(homedir(), ".cache"), "secondsite"),
    "programs",
  );
}

/** File that lists the sources of a program's last bundle. */
function listOf(entry) {
  const name = relative(root, entry).replace(/\.ts$/, "").replaceAll("/", "-");
  const given = [
    process.version,
    root,
    readFileSync(join(root, "package-lock.json")),
    readFileSync(fileURLToPath(import.meta.url)),
  ];
  return join(cacheFolder(), `${name}-${digest(given)}.json`);
}

/** The bundle of these very sources: which they are is known from the last one. @returns undefined when there is none */
function bundleOf(entry) {
  const list = listOf(entry);
  if (!existsSync(list)) return undefined;
  const bundle = named(list, JSON.parse(readFileSync(list, "utf8")));
  return bundle !== undefined && existsSync(bundle) ? bundle : undefined;
}

/** @returns undefined when one of the sources is no more */
function named(list, sources) {
  const paths = sources.map((source) => join(root, source));
  if (!paths.every((path) => existsSync(path))) return undefined;
  return list.replace(/\.json$/, `-${digest(paths.map((path) => readFileSync(path)))}.mjs`);
}

function digest(parts) {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part).update("\0");
  return hash.digest("hex").slice(0, 20);
}

async function build(entry) {
  const { build: bundleUp } = await import("esbuild");
  const list = listOf(entry);
  await mkdir(dirname(list), { recursive: true, mode: 0o700 });
  // Built aside and renamed, so that neither an interruption nor a second start sees half a file.
  const aside = `${list}.${randomUUID()}`;
  try {
    const { metafile } = await bundleUp({
      entryPoints: [entry],
      outfile: aside,
      absWorkingDir: root,
      metafile: true,
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
    // The lock file stands for packages. Sorted before the name is taken: the next start takes it from the list.
    const sources = Object.keys(metafile.inputs)
      .filter((path) => !path.includes("node_modules"))
      .sort();
    const bundle = named(list, sources) ?? aside;
    await rename(aside, bundle);
    await writeFile(aside, JSON.stringify(sources));
    await rename(aside, list);
    await forgetOld(dirname(list));
    return bundle;
  } finally {
    await rm(aside, { force: true });
  }
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

if (argv[1] !== undefined && realpathSync(argv[1]) === realpathSync(fileURLToPath(import.meta.url))) {
  const [node = "", , entry = "", ...rest] = argv;
  // The program sees itself and its arguments, however it was started.
  process.argv = [node, entry, ...rest];
  await start(pathToFileURL(entry));
}
