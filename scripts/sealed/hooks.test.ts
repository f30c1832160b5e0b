import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

import { hookPrograms, hooksOf } from "./hooks.js";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ss-hooks-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const stop = (...stopWriters: string[]) =>
  hooksOf({ stopWriters, startWriters: ["true"] }, async () => "label").stopWriters();

test("a program that is not there is told apart from one that fails", async () => {
  await expect(stop("/none/stop")).rejects.toThrow(/^\/none\/stop could not be run: ENOENT$/);
  await expect(stop("false")).rejects.toThrow(/^false ended with 1$/);
  await expect(stop("sh", "-c", "echo one; echo two >&2; exit 3")).rejects.toThrow(
    /^sh ended with 3: one \| two$/,
  );
});

test("what a program says is told without its secrets", async () => {
  const identity = `AGE-SECRET-KEY-1${"Q".repeat(58)}`;

  await expect(stop("sh", "-c", `echo ${identity} password=hunter22; exit 1`)).rejects.toThrow(
    /^sh ended with 1: \*\*\* password=\*\*\*$/,
  );
});

test("a service that a program leaves running is not waited for", async () => {
  const before = performance.now();
  await stop("sh", "-c", 'sleep 20 & echo $! > "$0"', join(folder, "pid"));
  const took = performance.now() - before;
  process.kill(Number(await readFile(join(folder, "pid"), "utf8")));

  expect(took).toBeLessThan(10_000);
});

test("a program that says more than anybody reads ends as it ends", async () => {
  await stop("head", "-c", "150000000", "/dev/zero");
  await expect(stop("sh", "-c", "yes noise | head -n 100000; echo last; exit 1")).rejects.toThrow(
    /^sh ended with 1: noise \| noise \| last$/,
  );
});

test.each(["/none/start", "none-of-that-name", "", tmpdir(), import.meta.filename])(
  "what starts the writers again has to be a program before they are stopped: %j is none",
  async (program) => {
    const file = join(folder, "programs.json");
    await writeFile(file, JSON.stringify({ stopWriters: ["true"], startWriters: [program] }));

    await expect(hookPrograms(file)).rejects.toMatchObject({
      exitCode: 2,
      message: `--hooks ${file}: startWriters: there is no program "${program}" that can be run`,
    });
  },
);

test.each([
  ["no JSON", "{", /it is no JSON/],
  ["a command line", JSON.stringify({ stopWriters: "stop it", startWriters: ["x"] }), /stopWriters: /],
  ["no program", JSON.stringify({ stopWriters: [], startWriters: ["x"] }), /stopWriters: /],
  [
    "an argument that cannot be handed on",
    JSON.stringify({ stopWriters: ["true", "\0"], startWriters: ["true"] }),
    /stopWriters.*without a NUL/,
  ],
  ["another hook", JSON.stringify({ stopWriters: ["x"], startWriters: ["x"], after: ["x"] }), /"after"/],
])("a file with %s is refused as bad input", async (name, text, message) => {
  const file = join(folder, `${name}.json`);
  await writeFile(file, text);
  const read = hookPrograms(file);

  await expect(read).rejects.toThrow(message);
  await expect(read).rejects.toMatchObject({ exitCode: 2 });
});
