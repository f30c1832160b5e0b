import { spawn } from "node:child_process";
import { mkdir, mkdtemp, open, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test, vi } from "vitest";

import { clientOf, compareDatabases, type DatabaseAddress } from "../comparison/index.js";
import { capture } from "./capture.js";
import { finishFolder, folderPoint, folderReader, folderWriter } from "./folder-parts.js";
import type { LogicalPoint } from "./point.js";
import { type RestoreOptions, restoreDatabase } from "./restore.js";
import type { LogicalTarget } from "./target.js";
import { killedAfter } from "./testing/killed.js";
import { everything, grants, roles, type TestServer, testServer } from "./testing/world.js";
import { verify } from "./verify.js";

let origin: TestServer;
let other: TestServer;
let shop: DatabaseAddress;
let folder: string;
let point: LogicalPoint;
let staging: string;

beforeAll(async () => {
  [origin, other] = [await testServer(), await testServer()];
  staging = join(origin.folder, "staging");
  await mkdir(staging);
  await origin.sql(origin.address, ...roles);
  shop = await origin.database("shop");
  await origin.sql(
    shop,
    ...everything,
    ...grants,
    `ALTER DATABASE shop SET search_path = sales, "$user", public`,
    "ALTER ROLE ada IN DATABASE shop SET work_mem = '8MB'",
    "GRANT CONNECT ON DATABASE shop TO ada WITH GRANT OPTION",
    "REVOKE TEMPORARY ON DATABASE shop FROM PUBLIC",
    "COMMENT ON DATABASE shop IS 'the shop''s'",
    "ALTER DATABASE shop OWNER TO clerk",
  );
  folder = join(origin.folder, "point");
  point = await capture({ address: shop, as: "owner" }, await folderWriter(folder), run());
  await finishFolder(folder, point);
});
afterAll(async () => {
  await origin[Symbol.asyncDispose]();
  await other[Symbol.asyncDispose]();
});

const run = (said: string[] = []) => ({ staging, say: (line: string) => void said.push(line) });
const target = (database = "shop"): LogicalTarget => ({ server: other.address, database });
const restored = (to: LogicalTarget = target(), options: RestoreOptions = {}, said: string[] = []) =>
  restoreDatabase(point, folderReader(folder), to, run(said), options);
const databases = async () =>
  (
    await other.sql(
      other.address,
      "SELECT datname FROM pg_database WHERE datname !~ '^(template|postgres)' ORDER BY 1",
    )
  ).flatMap(({ rows }) => rows.map(({ datname }) => datname as string));
const clear = async () => {
  for (const name of await databases())
    await other.sql(other.address, `DROP DATABASE "${name}" WITH (FORCE)`);
};

test.for([1, 2])(
  "C6: restored onto an empty server with %i jobs it equals the source, roles and properties too, and a second time nothing happens",
  async (jobs) => {
    await clear();
    await other.sql(other.address, "DROP ROLE IF EXISTS ada", "DROP ROLE IF EXISTS clerk");
    const first = await restored(target(), { jobs });
    expect(first).toMatchObject({ already: false, rolesMade: ["ada", "clerk"] });
    expect(first.previous).toBeUndefined();
    expect(await compareDatabases(shop, { ...other.address, database: "shop" })).toEqual([]);
    const stored = "SELECT rolpassword FROM pg_authid WHERE rolname = 'ada'";
    const [here] = await origin.sql(origin.address, stored);
    expect((await other.sql(other.address, stored))[0]?.rows).toEqual(here?.rows);
    expect(await restored()).toEqual({ database: "shop", label: point.label, already: true, rolesMade: [] });
    expect(await databases()).toEqual(["shop"]);
    expect(await readdir(staging)).toEqual([]);
  },
);

test("B11: what was live is kept beside the restored database, and nothing of it is changed", async () => {
  await clear();
  const live = await other.database("shop");
  await other.sql(live, "CREATE TABLE damaged (id int)", "INSERT INTO damaged VALUES (1)");
  const { previous } = await restored();
  expect(previous).toMatch(/^shop__before_[0-9a-f]{8}$/);
  expect(await databases()).toEqual(["shop", previous]);
  const [kept] = await other.sql({ ...other.address, database: previous ?? "" }, "SELECT * FROM damaged");
  expect(kept?.rows).toEqual([{ id: 1 }]);
});

test("B11: limits of a server, and what the environment says of sessions, end no restore; a role that was changed since is noted", async () => {
  await clear();
  const { user } = other.address;
  vi.stubEnv("PGOPTIONS", "-c default_transaction_read_only=on");
  await other.sql(
    other.address,
    "ALTER ROLE ada SET statement_timeout = '20s'",
    `ALTER ROLE ${user} SET idle_session_timeout = '300ms'`,
    `ALTER ROLE ${user} SET default_transaction_read_only = on`,
  );
  const said: string[] = [];
  try {
    expect(await restored(target(), {}, said)).toMatchObject({ already: false, rolesMade: [] });
  } finally {
    vi.unstubAllEnvs();
    await other.sql(
      other.address,
      "SET default_transaction_read_only = off",
      `ALTER ROLE ${user} RESET ALL`,
      "ALTER ROLE ada SET statement_timeout = '10s'",
    );
  }
  expect(said).toContainEqual(
    expect.stringMatching(
      /^the server had that role already, and it stays as it is: settings of role ada is .*20s/,
    ),
  );
});

test("of two restores of one database the second is told that the first runs", async () => {
  await clear();
  const both = await Promise.allSettled([restored(), restored()]);
  const refused = both.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
  expect(refused).toMatchObject([{ exitCode: 4, message: 'another restore of "shop" runs' }]);
  expect(await databases()).toEqual(["shop"]);
});

test("fault 28: a running target, another system, a maintenance database and a finished restore are refused, unchanged", async () => {
  await clear();
  const live = await other.database("shop");
  await other.sql(live, "CREATE TABLE kept (id int)");
  const client = clientOf(live);
  await client.connect();
  await expect(restored()).rejects.toMatchObject({
    exitCode: 2,
    message: `"shop" is in use by 1 connections (secondsite as postgres)`,
  });
  await client.end();
  await expect(restored({ ...target(), systemIdentifier: "123" })).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringMatching(/^the target is another system: its identifier is \d+, expected 123$/),
  });
  await expect(restored(target("postgres"))).rejects.toMatchObject({ exitCode: 2 });
  await other.sql(other.address, "ALTER DATABASE shop SET secondsite.restored = '20260101T000000Z-00000000'");
  await expect(restored()).rejects.toMatchObject({
    exitCode: 2,
    message: `"shop" holds a finished restore of point 20260101T000000Z-00000000`,
  });
  expect(await databases()).toEqual(["shop"]);
  expect((await other.sql(live, "SELECT * FROM kept"))[0]?.rowCount).toBe(0);
  expect((await restored({ ...target(), replaces: "20260101T000000Z-00000000" })).already).toBe(false);
});

test("B11: a point is restored once more when that is said, also after others; what was written since is kept beside it", async () => {
  await clear();
  const { label } = point;
  await restored();
  await other.sql({ ...other.address, database: "shop" }, "CREATE TABLE since (id int)");
  expect(await restored()).toMatchObject({ already: true });

  const again = await restored({ ...target(), replaces: label });
  expect(again).toMatchObject({
    already: false,
    previous: expect.stringMatching(/^shop__before_[0-9a-f]{8}$/),
  });
  expect(await compareDatabases(shop, { ...other.address, database: "shop" })).toEqual([]);
  const kept = { ...other.address, database: again.previous ?? "" };
  expect((await other.sql(kept, "SELECT * FROM since"))[0]?.rowCount).toBe(0);

  const third = await restored({ ...target(), replaces: label });
  expect(third.previous).toBe(`${again.previous}_2`);
  expect(await restored()).toMatchObject({ already: true, previous: third.previous });
  expect(await databases()).toEqual(["shop", again.previous, third.previous]);
});

test("an unreadable or damaged part, a broken assertion, and a disk too small fail with the live database as it was", async () => {
  await clear();
  const live = await other.database("shop");
  await other.sql(live, "CREATE TABLE kept (id int)");
  const damaged = await mkdtemp(join(origin.folder, "damaged-"));
  await execa("cp", ["-r", `${folder}/.`, damaged]);
  const file = await open(join(damaged, "dump.pgc.zst"), "r+");
  await file.write(Buffer.from([0x55]), 0, 1, 20_000);
  await file.close();
  const of = (at: string) => restoreDatabase(point, folderReader(at), target(), run());
  await expect(of(damaged)).rejects.toMatchObject({ exitCode: 3 });
  await execa("rm", [join(damaged, "dump.pgc.zst")]);
  await expect(of(damaged)).rejects.toMatchObject({
    exitCode: 3,
    message: `dump.pgc.zst at ${damaged} cannot be read: ENOENT`,
  });
  await expect(
    restored(target(), {
      assertions: [{ name: "a customer 0", sql: "SELECT EXISTS (SELECT FROM customers WHERE id = 0)" }],
    }),
  ).rejects.toMatchObject({
    exitCode: 1,
    message: expect.stringContaining(`"a customer 0" does not hold: it answers false`),
  });
  const huge = { ...point, source: { ...point.source, bytes: 2 ** 52 } };
  await expect(restoreDatabase(huge, folderReader(folder), target(), run())).rejects.toMatchObject({
    exitCode: 3,
    message: expect.stringMatching(/MiB free; 4294967296 MiB are needed$/),
  });
  expect(await databases()).toEqual(["shop"]);
  expect((await other.sql(live, "SELECT * FROM kept"))[0]?.rowCount).toBe(0);
  expect(await readdir(staging)).toEqual([]);
});

test("a tablespace that the target lacks is refused until a folder is named for it; verification makes its own", async () => {
  await clear();
  const [here, there] = [await origin.ownFolder("fast"), await other.ownFolder("fast")];
  await origin.sql(origin.address, `CREATE TABLESPACE fast LOCATION '${here}'`);
  const placed = await origin.database("placed");
  await origin.sql(placed, "CREATE TABLE t (id int PRIMARY KEY) TABLESPACE fast", "INSERT INTO t VALUES (1)");
  const at = join(origin.folder, "placed");
  const own = await capture({ address: placed, as: "owner" }, await folderWriter(at), run());
  const into = (tablespaces: Record<string, string> = {}) =>
    restoreDatabase(own, folderReader(at), target("placed"), run(), { tablespaces });
  await expect(into()).rejects.toMatchObject({
    exitCode: 2,
    message: `the target has no tablespace "fast" (at the source: ${here})`,
  });
  expect(await databases()).toEqual([]);
  expect(await verify(own, folderReader(at), "restored", run())).toMatchObject({ faults: [] });
  await into({ fast: there });
  expect(await compareDatabases(placed, { ...other.address, database: "placed" })).toEqual([]);
  await clear();
  await origin.sql(origin.address, "DROP DATABASE placed", "DROP TABLESPACE fast");
  await other.sql(other.address, "DROP TABLESPACE fast");
});

test("F7: the commands in the manifest, taken verbatim, restore the point without Secondsite", async () => {
  await clear();
  await other.sql(other.address, "DROP ROLE IF EXISTS ada", "DROP ROLE IF EXISTS clerk");
  const work = await mkdtemp(join(origin.folder, "by-hand-"));
  await execa("cp", ["-r", `${folder}/.`, work]);
  const env = { PGHOST: other.address.host, PGUSER: "postgres" };
  for (const [program = "", ...args] of (await folderPoint(folder)).restore)
    await execa(program, args, { cwd: work, env });
  expect(await compareDatabases(shop, { ...other.address, database: "shop" })).toEqual([]);
});

test("fault 24: killed with its whole process tree at any moment, a second run ends with the same, and leaves nothing", async () => {
  const script = join(origin.folder, "restore.mts");
  const at = (path: string) => JSON.stringify(join(import.meta.dirname, path));
  await writeFile(
    script,
    `import { folderPoint, folderReader } from ${at("folder-parts.ts")};
     import { restoreDatabase } from ${at("restore.ts")};
     const [folder, staging, server] = process.argv.slice(2);
     const run = { staging, say: (line) => console.log(line) };
     const target = { server: JSON.parse(server), database: "shop" };
     await restoreDatabase(await folderPoint(folder), folderReader(folder), target, run, { jobs: 2 });`,
  );
  for (const delay of [0, 100, 250, 600]) {
    await clear();
    const live = await other.database("shop");
    await other.sql(live, "CREATE TABLE damaged (id int)");
    const child = spawn(
      process.execPath,
      ["--import", "tsx", script, folder, staging, JSON.stringify(other.address)],
      { detached: true, stdio: ["ignore", "pipe", "inherit"], cwd: join(import.meta.dirname, "../..") },
    );
    await killedAfter(child, delay);
    const present = await databases();
    expect(present).toContain("shop");
    const { previous } = await restored();
    expect(await databases()).toEqual(["shop", previous]);
    expect(await compareDatabases(shop, { ...other.address, database: "shop" })).toEqual([]);
    expect(await readdir(staging)).toEqual([]);
  }
});
