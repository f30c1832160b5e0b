import { chown, mkdir, open, rm, stat, statfs } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";

import { contentOf, type DatabaseAddress, differences, withClient } from "../../engines/comparison/index.js";
import { loadDump } from "../../engines/postgres-logical/load.js";
import { roles, type TestServer, testServer } from "../../engines/postgres-logical/testing/world.js";
import { type SmallDisk, smallDisk } from "../../engines/testing/small-disk.js";
import { afterFault, type FaultDesk, openedPoint, startFaultDesk } from "./testing/fault.js";
import { noise } from "./testing/noise.js";

const mebibyte = 1024 * 1024;

let desk: FaultDesk;
let newest: string;
/** The disk on which the other server keeps what lies in the database's tablespace; its log has another. */
let disk: SmallDisk;
let other: TestServer;
let live: DatabaseAddress;

beforeAll(async () => {
  [desk, other, disk] = [await startFaultDesk(), await testServer(), await smallDisk(64 * mebibyte)];
  const here = await desk.server.ownFolder("small");
  await desk.server.sql(
    desk.server.address,
    `CREATE TABLESPACE small LOCATION '${here}'`,
    "ALTER DATABASE desk SET TABLESPACE small",
  );
  await desk.server.sql(desk.database, noise(20));
  newest = await desk.dump();
  const there = join(disk.folder, "small");
  const { uid, gid } = await stat(other.address.host);
  await mkdir(there, { mode: 0o700 });
  await chown(there, uid, gid);
  await other.sql(other.address, `CREATE TABLESPACE small LOCATION '${there}'`, ...roles);
  live = await other.database("live");
  await other.sql(live, "CREATE TABLE kept AS SELECT 1 AS id");
});
afterAll(async () => {
  await other?.[Symbol.asyncDispose]();
  await disk?.[Symbol.asyncDispose]();
  await desk?.[Symbol.asyncDispose]();
});

/** Takes the disk's room, but for some bytes of it. */
async function fill(rest = 0) {
  const file = join(disk.folder, "filler");
  const handle = await open(file, "w");
  try {
    for (;;) {
      const { bavail, bsize } = await statfs(disk.folder);
      const size = Math.min(mebibyte, bavail * bsize - rest);
      if (size <= 0) break;
      await handle.write(Buffer.alloc(size));
    }
  } catch (error) {
    // Somebody else took the last of it.
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
  } finally {
    await handle.close();
  }
  return { [Symbol.asyncDispose]: () => rm(file) };
}

async function databases(): Promise<string[]> {
  const [found] = await other.sql(
    other.address,
    "SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY 1",
  );
  return (found?.rows ?? []).map(({ datname }) => datname);
}

/** What the other server has, and what is in the database that people use. */
async function state() {
  const [kept] = await other.sql(live, "SELECT id FROM kept");
  return { databases: await databases(), kept: kept?.rows };
}
const asItWas = { databases: ["live", "postgres"], kept: [{ id: 1 }] };

/** Restores over the live database of the other server. */
async function restore() {
  vi.stubEnv("PGHOST", other.address.host);
  try {
    const [identity = ""] = desk.holders;
    const args = ["--kind", "logical", "--into", "live", "--identity", identity, "--yes"];
    return await desk.on("restore", ...args);
  } finally {
    vi.stubEnv("PGHOST", desk.server.address.host);
  }
}
const failed = { operation: "restore", exitCode: 3, outcome: "failed" } as const;

test("fault 21: a restore for which the target's disk has no room is refused before anything is made", async () => {
  await using _ = await fill(4 * mebibyte);
  const answer = await restore();

  expect(answer.err).not.toContain("__next_");
  expect(await state()).toEqual(asItWas);
  await afterFault(desk, answer, { ...failed, says: /small has \d MiB free; \d+ MiB are needed/, newest });
});

test("fault 21: a target's disk that fills while a restore is under way: what it made is gone, what was live is as it was", async () => {
  const running = restore();
  // As soon as there is something that it made.
  await vi.waitFor(async () => expect(await databases()).toHaveLength(3), {
    ...{ timeout: 20_000, interval: 1 },
  });
  await using _ = await fill();
  const answer = await running;

  expect(await state()).toEqual(asItWas);
  await afterFault(desk, answer, { ...failed, says: /No space left on device/, newest });
});

test("fault 21: without a database of its own, what a full disk leaves is half of what people use", async () => {
  const { point, parts } = await openedPoint(desk, newest);
  await other.sql(other.address, "CREATE DATABASE straight TABLESPACE small");
  const straight = { ...other.address, database: "straight" };
  await using _ = await fill(mebibyte / 2);
  await expect(loadDump(point, parts, straight, desk.folder)).rejects.toThrow(/No space left on device/);

  const wanted = desk.known.contents.get(newest);
  if (!wanted) throw new Error("nothing was remembered");
  expect(await databases()).toContain("straight");
  expect(differences(wanted, await contentOf(straight)).length).toBeGreaterThan(0);
  await other.sql(other.address, "DROP DATABASE straight");
});

test("control of fault 21: with room it restores", async () => {
  const answer = await restore();

  const done = { operation: "restore", exitCode: 0, outcome: "done", says: /is done/, newest } as const;
  await afterFault(desk, answer, done);
  const restored = await withClient(live, (client) => client.query("SELECT count(*)::int AS n FROM log"));
  expect(restored.rows[0].n).toBeGreaterThan(0);
});
