import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

import { contentOf, type DatabaseAddress, differences } from "../comparison/index.js";
import { capture } from "./capture.js";
import { folderReader, folderWriter } from "./folder-parts.js";
import { type RestoreOptions, restoreDatabase } from "./restore.js";
import { killedAfter } from "./testing/killed.js";
import { startWriters, type TestServer, testServer } from "./testing/world.js";

let server: TestServer;
let shop: DatabaseAddress;
let staging: string;

beforeAll(async () => {
  server = await testServer();
  staging = join(server.folder, "staging");
  await mkdir(staging);
  shop = await server.database("shop");
  await server.sql(
    shop,
    "CREATE TABLE ballast AS SELECT n, md5(n::text) FROM generate_series(1, 200000) n",
    "CREATE TABLE counted (id serial PRIMARY KEY)",
    "INSERT INTO counted DEFAULT VALUES",
  );
});
afterAll(() => server[Symbol.asyncDispose]());

const run = () => ({ staging, say: () => undefined });
const restored = async (folder: string, point: Awaited<ReturnType<typeof capture>>, name: string) => {
  const options: RestoreOptions = { jobs: 2 };
  await restoreDatabase(
    point,
    folderReader(folder),
    { server: server.address, database: name },
    run(),
    options,
  );
  return { ...server.address, database: name };
};

test("C6: under eight writers a dump holds exactly its snapshot: all that was committed before, nothing after, and nobody waits", async () => {
  const writers = await startWriters(shop, 8);
  const bump = setInterval(
    () => void server.sql(shop, "INSERT INTO counted DEFAULT VALUES").catch(() => undefined),
    20,
  );
  await new Promise((resolve) => setTimeout(resolve, 500));
  const before = new Set(writers.committed());
  const folder = join(server.folder, "point");
  const point = await capture({ address: shop, as: "owner" }, await folderWriter(folder), run());
  await new Promise((resolve) => setTimeout(resolve, 200));
  clearInterval(bump);
  const { committed, longest } = await writers.stop();
  const copy = await restored(folder, point, "copy");
  const [ledger] = await server.sql(copy, "SELECT lane || ':' || number AS id FROM ledger");
  const found = new Set(ledger?.rows.map(({ id }) => id as string));
  expect([...before].filter((id) => !found.has(id))).toEqual([]);
  // A commit whose answer was on its way is in the snapshot too, one a lane at most beyond what was told.
  expect([...found].filter((id) => !committed.has(id))).toEqual([]);
  expect(committed.size).toBeGreaterThan(found.size);
  // Without a gap: of each lane, the dump holds its first numbers.
  for (let lane = 0; lane < 8; lane += 1) {
    const numbers = [...found].filter((id) => id.startsWith(`${lane}:`)).length;
    expect(found.has(`${lane}:${numbers - 1}`)).toBe(true);
  }
  // Far less than the dump took: no writer waited for its end.
  expect(longest).toBeLessThan(Date.parse(point.finishedAt) - Date.parse(point.startedAt));
  // A sequence is never behind the rows that took their numbers from it.
  const [ahead] = await server.sql(
    copy,
    "SELECT (SELECT last_value FROM counted_id_seq) >= (SELECT max(id) FROM counted) AS ok",
  );
  expect(ahead?.rows).toEqual([{ ok: true }]);
  const late = differences(await contentOf(copy), await contentOf(shop), { ignore: ["sequences"] });
  expect(late.map(({ item }) => item)).toContain("public.ledger");
});

test("fault 10: a capture killed with its whole process tree leaves nothing, and the next one is whole", async () => {
  const script = join(server.folder, "capture.mts");
  const at = (path: string) => JSON.stringify(join(import.meta.dirname, path));
  await writeFile(
    script,
    `import { capture } from ${at("capture.ts")};
     import { finishFolder, folderWriter } from ${at("folder-parts.ts")};
     const [folder, staging, address] = process.argv.slice(2);
     const run = { staging, say: (line) => console.log(line) };
     const source = { address: JSON.parse(address), as: "owner" };
     await finishFolder(folder, await capture(source, await folderWriter(folder), run));
     console.log("complete");`,
  );
  for (const delay of [0, 40, 120]) {
    const folder = await mkdtemp(join(server.folder, "killed-"));
    const child = spawn(
      process.execPath,
      ["--import", "tsx", script, folder, staging, JSON.stringify(shop)],
      { detached: true, stdio: ["ignore", "pipe", "inherit"], cwd: join(import.meta.dirname, "../..") },
    );
    await killedAfter(child, delay);
    expect(await readdir(staging)).toHaveLength(1);
    const point = await capture({ address: shop, as: "owner" }, await folderWriter(folder), run());
    expect(await readdir(staging)).toEqual([]);
    expect((await readdir(folder)).sort()).toEqual([
      "content.json",
      "dump.pgc.zst",
      "globals.sql",
      "server.json",
    ]);
    expect(point.rows).toBeGreaterThan(200_000);
    const [sessions] = await server.sql(
      server.address,
      "SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = 'shop' AND application_name ~ 'secondsite|pg_dump'",
    );
    expect(sessions?.rows).toEqual([{ n: 0 }]);
  }
});
