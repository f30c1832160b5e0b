import { mkdtemp, rm, writeFile } from "node:fs/promises";
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

test.each([
  ["no JSON", "{", /it is no JSON/],
  ["a command line", JSON.stringify({ stopWriters: "stop it", startWriters: ["x"] }), /stopWriters: /],
  ["no program", JSON.stringify({ stopWriters: [], startWriters: ["x"] }), /stopWriters: /],
  ["another hook", JSON.stringify({ stopWriters: ["x"], startWriters: ["x"], after: ["x"] }), /"after"/],
])("a file with %s is refused as bad input", async (name, text, message) => {
  const file = join(folder, `${name}.json`);
  await writeFile(file, text);
  const read = hookPrograms(file);

  await expect(read).rejects.toThrow(message);
  await expect(read).rejects.toMatchObject({ exitCode: 2 });
});
