import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";

import { bundle } from "./bundle.js";

let directory: string;
let file: string;
let inputs: string[];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "secondsite-bundle-"));
  file = join(directory, "secondsite.mjs");
  inputs = Object.keys((await bundle(file)).inputs);
}, 60_000);
afterAll(() => rm(directory, { recursive: true }));

test("the runner's command line is one file that runs where nothing else is", async () => {
  const { stdout } = await execa(file, ["--help"], { cwd: directory, env: { NODE_PATH: "" } });

  expect(stdout).toContain("Usage: secondsite");
});

test("neither Pulumi nor the sandbox goes in", () => {
  expect(inputs).toContain("scripts/secondsite.ts");
  expect(inputs.filter((input) => /node_modules\/@pulumi\/|^sandbox\//.test(input))).toEqual([]);
});

test("an unknown command is bad input, as from a checkout", async () => {
  const { exitCode } = await execa(file, ["no-such-command"], { cwd: directory, reject: false });

  expect(exitCode).toBe(2);
});

test.each([
  [["--help"], 0],
  [["--outfile=x"], 2],
  [["one", "two"], 2],
])("given %j it writes no file of that name and says how it is called", async (args, code) => {
  const script = join(import.meta.dirname, "bundle.ts");
  const node = [process.execPath, "--import", import.meta.resolve("tsx"), script, ...args] as const;
  const [program, ...rest] = node;
  const { exitCode, all } = await execa(program, rest, { cwd: directory, reject: false, all: true });

  expect({ exitCode, all }).toEqual({
    exitCode: code,
    all: expect.stringContaining("Usage: npm run bundle"),
  });
  expect(await readdir(directory)).toEqual(["secondsite.mjs"]);
});
