import { copyFile, readdir, readFile, rename } from "node:fs/promises";
import { extname, join } from "node:path";

import { execa } from "execa";

import { WorldError } from "../errors.js";
import { digest, touch } from "./archives.js";
import { lastLines } from "./debian.js";

/** What is bundled. */
export interface Bundle {
  /** The project's folder. */
  readonly root: string;
  /** Path in the project of the bundler; called with the file to write. */
  readonly bundler: string;
  /** What the bundle is called in the cache. */
  readonly name: string;
  /** Of the code that may be in it; see {@link codeDigest}. */
  readonly code: string;
}

/**
 * Bundles code as `npm run bundle` does, or takes the bundle of the same code from the cache: bundling takes several
 * seconds of a processor, and every world asks for it.
 *
 * @param cache folder that exists; nobody else works in it meanwhile
 * @param outfile path of the file to write
 * @throws WorldError with esbuild's message, when the code does not bundle.
 */
export async function bundled(
  { root, bundler, name, code }: Bundle,
  cache: string,
  outfile: string,
): Promise<void> {
  const kept = join(cache, `${name}-${code}.mjs`);
  if (!(await touch(kept))) {
    const partial = join(cache, `${name}.partial.mjs`);
    await run(root, bundler, partial);
    await rename(partial, kept);
  }
  await copyFile(kept, outfile);
}

/**
 * Names everything that may become part of a bundle, or decides how it is made: the project's code, and what it depends on.
 *
 * @param root the project's folder
 */
export async function codeDigest(root: string): Promise<string> {
  const top = await readdir(root, { withFileTypes: true });
  const folders = top.filter((entry) => entry.isDirectory() && !/^(?:\.|node_modules$)/.test(entry.name));
  const inside = await Promise.all(
    folders.map(async ({ name }) =>
      (await readdir(join(root, name), { recursive: true })).map((path) => join(name, path)),
    ),
  );
  const code = inside
    .flat()
    .filter((path) => [".ts", ".mjs", ".json"].includes(extname(path)) && !path.endsWith(".test.ts"));
  const files = [...code.sort(), "package-lock.json", "package.json"];
  const content = await Promise.all(files.map((path) => readFile(join(root, path))));
  return digest([process.version, ...files.flatMap((path, index) => [path, content[index] ?? ""])]);
}

async function run(root: string, bundler: string, outfile: string): Promise<void> {
  const { failed, stderr } = await execa(
    process.execPath,
    ["--import", "tsx", join(root, bundler), outfile],
    { cwd: root, reject: false, stdin: "ignore", timeout: 120_000 },
  );
  if (failed) throw new WorldError(`images: ${bundler} failed:\n${lastLines(stderr, 12)}`);
}
