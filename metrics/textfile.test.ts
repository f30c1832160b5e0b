import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test } from "vitest";

import type { Sample } from "./definitions.js";
import { parseExposition } from "./parse.js";
import { writeTextfile } from "./textfile.js";

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "secondsite-metrics-"));
  file = join(folder, "secondsite.prom");
});
afterEach(() => rm(folder, { recursive: true }));

const size = (dataset: string, value: number): Sample => ({
  name: "backup_size_bytes",
  labels: { dataset },
  value,
});
const points = async (name: string) =>
  parseExposition(await readFile(file, "utf8")).find((family) => family.name === name)?.points;

test("what another run wrote stays; what is said again is replaced", async () => {
  await writeTextfile(file, "chat_", [size("messages", 1), size("media", 2)]);
  await writeTextfile(file, "chat_", [size("messages", 3)]);
  await writeTextfile(file, "shop_", [size("orders", 4)]);

  expect(await points("chat_backup_size_bytes")).toEqual([
    { labels: { dataset: "messages" }, value: 3 },
    { labels: { dataset: "media" }, value: 2 },
  ]);
  expect(await points("shop_backup_size_bytes")).toEqual([{ labels: { dataset: "orders" }, value: 4 }]);
  expect(await readdir(folder)).toEqual(["secondsite.prom"]);
});

test("what is no ordinary file is neither read nor replaced", async () => {
  await mkdir(file);
  await expect(writeTextfile(file, "chat_", [size("messages", 1)])).rejects.toThrow(
    `${file} is no ordinary file`,
  );
  const endless = join(folder, "zero.prom");
  await symlink("/dev/zero", endless);
  await expect(writeTextfile(endless, "chat_", [size("messages", 1)])).rejects.toThrow(
    `${endless} is no ordinary file`,
  );
  await expect(writeTextfile("/dev/zero", "chat_", [size("messages", 1)])).rejects.toThrow(
    "/dev/zero does not end with .prom, and node_exporter reads nothing else",
  );
  const below = join(endless, "x.prom");
  await expect(writeTextfile(below, "chat_", [])).rejects.toThrow(`${endless} is no folder`);
});

test("where nobody may write nobody is waited for", async () => {
  // Whoever runs this may be root, whom a file's mode keeps from nothing: here the kernel does.
  const before = performance.now();
  await expect(writeTextfile("/sys/secondsite.prom", "chat_", [size("messages", 1)])).rejects.toThrow(
    /E[A-Z]+: .*\/sys\/secondsite.prom/,
  );
  expect(performance.now() - before).toBeLessThan(2_000);
});

test("a link is never written through: neither the file's own nor one that lies where it is prepared", async () => {
  const elsewhere = join(folder, "elsewhere");
  await writeFile(elsewhere, "");
  await symlink(elsewhere, file);
  await symlink(elsewhere, `${file}.${process.pid}.tmp`);
  await writeTextfile(file, "chat_", [size("messages", 1)]);

  expect(await readFile(elsewhere, "utf8")).toBe("");
  expect(await points("chat_backup_size_bytes")).toHaveLength(1);
});

test("of writers at once none undoes another, and the file is whole whenever it is read", async () => {
  const names = Array.from({ length: 12 }, (_, at) => `dataset-${at}`);
  await writeTextfile(file, "chat_", [size("first", 0)]);
  let writing = true;
  const reader = (async () => {
    let reads = 0;
    while (writing) {
      expect(parseExposition(await readFile(file, "utf8")).length).toBe(1);
      reads += 1;
    }
    return reads;
  })();
  await Promise.all(names.map((name, at) => writeTextfile(file, "chat_", [size(name, at)])));
  writing = false;

  expect(await reader).toBeGreaterThan(0);
  expect((await points("chat_backup_size_bytes"))?.map(({ labels: { dataset } }) => dataset).sort()).toEqual(
    ["first", ...names].sort(),
  );
});

test("a file of somebody else's is not written over", async () => {
  await writeTextfile(file, "chat_", []);
  await writeFile(file, "accounts: everything\n");

  await expect(writeTextfile(file, "chat_", [size("messages", 1)])).rejects.toThrow("line 1 has no help");
  expect(await readFile(file, "utf8")).toBe("accounts: everything\n");
});

test("a folder that is not there is named and not made: node_exporter would never read it", async () => {
  const missing = join(folder, "colector");

  await expect(
    writeTextfile(join(missing, "secondsite.prom"), "chat_", [size("messages", 1)]),
  ).rejects.toThrow(`${missing} is not there; name a file in the folder that node_exporter reads`);
  expect(await readdir(folder)).toEqual([]);
});
