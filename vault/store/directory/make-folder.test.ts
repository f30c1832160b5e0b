import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { makeFolder } from "./make-folder.js";

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "secondsite-folder-"));
});
afterAll(() => rm(root, { recursive: true }));

test("makes what is missing, of the mode that is asked for, and says which was the first", async () => {
  expect(await makeFolder(join(root, "a/b/c"), 0o711)).toBe(join(root, "a"));
  for (const folder of ["a", "a/b", "a/b/c"])
    expect((await stat(join(root, folder))).mode & 0o777).toBe(0o711);
  expect(await makeFolder(join(root, "a/b/d"))).toBe(join(root, "a/b/d"));
  expect(await makeFolder(join(root, "a/b"))).toBeUndefined();
  expect(await makeFolder("/")).toBeUndefined();
});

test("of many who make it at once none fails", async () => {
  const all = await Promise.all(Array.from({ length: 20 }, () => makeFolder(join(root, "x/y/z"))));

  expect(all.filter((first) => first !== undefined).length).toBeGreaterThan(0);
  expect((await stat(join(root, "x/y/z"))).isDirectory()).toBe(true);
});

test("comes to an end where nobody may make any, and where a file is in the way", async () => {
  await writeFile(join(root, "file"), "");

  await expect(makeFolder("/proc/none/at/all")).rejects.toMatchObject({ code: "ENOENT" });
  await expect(makeFolder("/proc/self/none")).rejects.toMatchObject({ code: "ENOENT" });
  await expect(makeFolder(join(root, "file"))).rejects.toMatchObject({ code: "EEXIST" });
  await expect(makeFolder(join(root, "file/below"))).rejects.toMatchObject({ code: "ENOTDIR" });
});
