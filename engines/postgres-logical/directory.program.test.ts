import { mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { execa } from "execa";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";

import { compareDatabases, contentOf, type DatabaseAddress } from "../comparison/index.js";
import type { PartWriter } from "../engine.js";
import { smallDisk } from "../testing/small-disk.js";
import { capture, type LogicalSource } from "./capture.js";
import { folderReader, folderWriter } from "./folder-parts.js";
import { restoreDatabase } from "./restore.js";
import { expectedContent } from "./restored-content.js";
import { everything, grants, roles, type TestServer, testServer } from "./testing/world.js";
import { verify } from "./verify.js";

let origin: TestServer;
let other: TestServer;
let shop: DatabaseAddress;
let staging: string;
let folder: string;

const MiB = 1 << 20;

beforeAll(async () => {
  [origin, other] = [await testServer(), await testServer()];
  [staging, folder] = [join(origin.folder, "staging"), join(origin.folder, "point")];
  await mkdir(staging);
  await origin.sql(origin.address, ...roles);
  shop = await origin.database("shop");
  await origin.sql(
    shop,
    ...everything,
    ...grants,
    ...["a", "b", "c"].map(
      (name) =>
        `CREATE TABLE big_${name} AS SELECT n, repeat(md5(n::text), 30) AS filler FROM generate_series(1, 25000) n`,
    ),
  );
});
afterAll(async () => {
  await origin[Symbol.asyncDispose]();
  await other[Symbol.asyncDispose]();
});
beforeEach(() => rm(folder, { recursive: true, force: true }));

const run = {
  get staging() {
    return staging;
  },
  say: () => undefined,
};
const source = (limit = 1024 * MiB): LogicalSource => ({
  address: shop,
  as: "owner",
  parallel: { jobs: 2, staging: limit },
});

test("C3: a parallel dump in the directory format verifies, restores equal to the source, and by its own commands", async () => {
  const said: string[] = [];
  const telling = { ...run, staging, say: (line: string) => void said.push(line) };
  const point = await capture(source(), await folderWriter(folder), telling);
  expect(point.format).toBe("directory");
  expect(said.filter((line) => line.includes("reading the snapshot again"))).toEqual([]);
  expect(await expectedContent(point, folderReader(folder))).toEqual(await contentOf(shop));
  expect(await verify(point, folderReader(folder), "restored", run, { jobs: 2 })).toEqual({
    level: "restored",
    faults: [],
    notes: [],
  });
  await restoreDatabase(point, folderReader(folder), { server: other.address, database: "shop" }, run, {
    jobs: 2,
  });
  const copy = { ...other.address, database: "shop" };
  expect(await compareDatabases(shop, copy)).toEqual([]);
  await other.sql(other.address, "DROP DATABASE shop", "DROP ROLE ada", "DROP ROLE clerk");
  for (const [program = "", ...args] of point.restore)
    await execa(program, args, { cwd: folder, env: { PGHOST: other.address.host, PGUSER: "postgres" } });
  expect(await compareDatabases(shop, copy)).toEqual([]);
  expect(await readdir(staging)).toEqual([]);
});

/** Storage that is slower than the server. @param wait after each piece, in milliseconds */
async function slowWriter(wait = 15): Promise<PartWriter> {
  const fast = await folderWriter(folder);
  return {
    ...fast,
    write: (name, content) =>
      fast.write(
        name,
        (async function* () {
          for await (const chunk of content) {
            yield chunk;
            if (chunk.length > 10_000) await pause(wait);
          }
        })(),
      ),
  };
}

test("the staging area stays bounded when storage is slow and each table is larger than it: the server waits", async () => {
  const limit = 2 * MiB;
  const slow = await slowWriter();
  let most = 0;
  const look = setInterval(() => {
    void execa("du", ["-s", "-B1", staging], { reject: false }).then(({ stdout }) => {
      most = Math.max(most, Number.parseInt(stdout, 10) || 0);
    });
  }, 30);
  const point = await capture(source(limit), slow, run);
  clearInterval(look);
  expect((await origin.sql(shop, "SELECT pg_table_size('big_a')::int AS n"))[0]?.rows[0]?.n).toBeGreaterThan(
    10 * limit,
  );
  expect(most).toBeGreaterThan(0);
  // What is in flight comes on top: sockets and what is read at a time, for each of two jobs.
  expect(most).toBeLessThan(limit + 2 * 10 * MiB);
  expect(await verify(point, folderReader(folder), "structural", run)).toMatchObject({ faults: [] });
});

test("fault 21: a disk with less room than the plan says makes the server wait sooner", async () => {
  // What can be compressed well waits in memory, all of it.
  await origin.sql(
    shop,
    "CREATE TABLE noise AS SELECT (SELECT string_agg(md5(random()::text || n || x), '') FROM generate_series(1, 32) x) FROM generate_series(1, 60000) n",
  );
  await using disk = await smallDisk(40 * MiB);
  const point = await capture(source(), await slowWriter(5), { ...run, staging: disk.folder });
  await origin.sql(shop, "DROP TABLE noise");

  expect(await verify(point, folderReader(folder), "structural", run)).toMatchObject({ faults: [] });
  expect(await readdir(disk.folder)).toEqual([]);
});

test("fault 21: a disk without room for what is on its way is named before anything is dumped; so is one that fills", async () => {
  await using disk = await smallDisk(40 * MiB);
  const there = { ...run, staging: disk.folder };
  const filler = join(disk.folder, "filler");
  await writeFile(filler, Buffer.alloc(12 * MiB));
  await expect(capture(source(), await folderWriter(folder), there)).rejects.toMatchObject({
    ...{ name: "EngineError", exitCode: 3 },
    message: expect.stringMatching(new RegExp(`^${disk.folder}\\S* has 2\\d MiB free; 30 MiB are needed$`)),
  });
  await rm(filler);
  const filled = capture(source(), await slowWriter(), there);
  const failed = expect(filled).rejects.toMatchObject({
    ...{ name: "EngineError", exitCode: 3 },
    message: expect.stringMatching(new RegExp(`^${disk.folder}\\S* is full: `)),
  });
  await vi.waitFor(async () => expect(await readdir(disk.folder)).toHaveLength(1));
  await pause(300);
  await writeFile(filler, Buffer.alloc(40 * MiB)).catch(() => undefined);
  await failed;
  expect(await readdir(disk.folder)).toEqual(["filler"]);
});

test("a folder whose path is too long for a socket is bad input, in words", async () => {
  const long = join(origin.folder, "long".repeat(20));
  await mkdir(long);
  await expect(
    capture(source(), await folderWriter(folder), { ...run, staging: long }),
  ).rejects.toMatchObject({
    ...{ name: "EngineError", exitCode: 2, hint: "--staging <folder> with a shorter path" },
    message: expect.stringMatching(
      / is too long a path for PostgreSQL's socket in it: \d+ bytes, 107 at the most$/,
    ),
  });
});

test("fault 1: an upload that is cut ends the dump at once; nothing is left, here or at the store", async () => {
  const whole = await folderWriter(folder);
  const cut: PartWriter = {
    ...whole,
    write: (name, content) =>
      whole.write(
        name,
        (async function* () {
          let bytes = 0;
          for await (const chunk of content) {
            bytes += chunk.length;
            if (bytes > 50_000) throw new Error("the connection was cut");
            yield chunk;
          }
        })(),
      ),
  };
  await expect(capture(source(), cut, run)).rejects.toThrow("the connection was cut");
  expect(await readdir(staging)).toEqual([]);
  const left = await readdir(folder, { recursive: true });
  for (const name of left) expect((await stat(join(folder, name))).isDirectory()).toBe(true);
  await expect(capture({ address: shop, as: "owner" }, cut, run)).rejects.toThrow("the connection was cut");
});
