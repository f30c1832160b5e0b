import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

import { openStaging, stagingFolder } from "./staging.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "secondsite-staging-"));
  await writeFile(join(folder, "file"), "");
  await symlink("/none/x", join(folder, "dangling"));
});
afterAll(() => rm(folder, { recursive: true }));

const noFolder = "it is, or lies in, what is no folder";
test.each([
  ["file", noFolder],
  ["file/below", noFolder],
  ["dangling", noFolder],
])("C6: temporary files do not go where no folder can be: %s", async (name, why) => {
  const place = join(folder, name);

  await expect(stagingFolder(place)).rejects.toMatchObject({
    ...{ name: "EngineError", exitCode: 2, hint: "--staging <folder>" },
    message: `${place} cannot be made: ${why}`,
  });
});

test("no folder at all is refused in words", async () => {
  await expect(stagingFolder("")).rejects.toThrow("--staging takes a folder, got nothing");
});

test("a folder in which nobody may make anything is bad input that names it", async () => {
  // Whoever runs this may be root, whom a file's mode keeps from nothing: here the kernel does.
  expect(await stagingFolder("/sys")).toBe("/sys");
  await expect(openStaging("/sys")).rejects.toMatchObject({
    ...{ name: "EngineError", exitCode: 2, hint: "--staging <folder>" },
    message: expect.stringMatching(/^\/sys cannot be used for temporary files: E[A-Z]+: /),
  });
});

test("too little room stays the world's failure", async () => {
  await expect(openStaging(folder, 2 ** 62)).rejects.toMatchObject({ exitCode: 3 });
});
