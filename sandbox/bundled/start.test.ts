import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";

import { ownProgram } from "./index.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ss-bundled-"));
  await writeFile(join(folder, "package.json"), '{"type": "module"}');
  await writeFile(
    join(folder, "main.ts"),
    'import { word } from "./word.js";\nconst said: string[] = process.argv.slice(2);\nconsole.log([word, ...said].join(" "));\n',
  );
  await says("hello");
});
afterAll(() => rm(folder, { recursive: true }));

const says = (word: string) => writeFile(join(folder, "word.ts"), `export const word = "${word}";\n`);

async function run(cache: string) {
  const [node, ...args] = ownProgram(pathToFileURL(join(folder, "main.ts")), "there", "--all");
  return execa(node, args, { env: { SECONDSITE_CACHE: cache } });
}

test("a program is bundled once, runs with its arguments, and is bundled anew when any of its sources changed", async () => {
  const cache = join(folder, "cache");
  /** Bundles, and when each was written. */
  const bundles = async () => {
    const names = (await readdir(join(cache, "programs"))).filter((name) => name.endsWith(".mjs"));
    return Promise.all(
      names.map(async (name) => [name, (await stat(join(cache, "programs", name))).mtimeMs]),
    );
  };

  expect((await run(cache)).stdout).toBe("hello there --all");
  const first = await bundles();
  expect(first).toHaveLength(1);
  expect((await run(cache)).stdout).toBe("hello there --all");
  expect(await bundles()).toEqual(first);
  await says("goodbye");
  expect((await run(cache)).stdout).toBe("goodbye there --all");
  expect(await bundles()).toHaveLength(2);
});

test("without a cache to write to it runs from its sources, and says so", async () => {
  const { stdout, stderr } = await run("/dev/null/nowhere");

  expect(stdout).toMatch(/^(hello|goodbye) there --all$/);
  expect(stderr).toContain("no bundle in the cache (ENOTDIR)");
});
