import { mkdir, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

import type { DatabaseAddress } from "../comparison/index.js";
import { EngineError } from "../errors.js";
import { capture, type LogicalSource } from "./capture.js";
import { finishFolder, folderPoint, folderWriter } from "./folder-parts.js";
import { everything, grants, roles, type TestServer, testServer } from "./testing/world.js";
import { toolPath } from "./tools.js";

let server: TestServer;
let shop: DatabaseAddress;

beforeAll(async () => {
  server = await testServer();
  await server.sql(server.address, ...roles, "CREATE ROLE backup LOGIN IN ROLE pg_read_all_data");
  shop = await server.database("shop");
  await server.sql(shop, ...everything, ...grants);
});
afterAll(() => server[Symbol.asyncDispose]());

const said: string[] = [];
async function captured(source: Partial<LogicalSource> & { address: DatabaseAddress }) {
  const folder = await mkdtemp(join(server.folder, "point-"));
  const staging = join(server.folder, "staging");
  await mkdir(staging, { recursive: true });
  const run = { staging, say: (line: string) => void said.push(line) };
  const outcome = await capture({ as: "owner", ...source }, await folderWriter(folder), run).then(
    (point) => ({ point, error: undefined }),
    (error: unknown) => ({ point: undefined, error }),
  );
  return { ...outcome, folder, staging };
}

test("B9, C3: a dump to a chosen folder says what it holds, and as of when", async () => {
  const { point, error, folder, staging } = await captured({ address: shop });
  expect(error).toBeUndefined();
  if (!point) return;
  expect(point).toMatchObject({
    source: { database: "shop", major: 15, role: "postgres", encoding: "UTF8" },
    format: "custom",
    rows: 3000 + 500 + 13 + 2,
    largeObjects: 2,
    omitted: [],
  });
  expect(point.source.lsn).toMatch(/^[0-9A-F]+\/[0-9A-F]+$/);
  expect(point.parts.map(({ name }) => name)).toEqual([
    "dump.pgc.zst",
    "globals.sql",
    "server.json",
    "content.json",
  ]);
  await expect(folderPoint(folder)).rejects.toThrow(/holds no complete point/);
  await finishFolder(folder, point);
  expect(await folderPoint(folder)).toEqual(point);
  expect(await readdir(staging)).toEqual([]);
});

test("B2: a role that may only read dumps all tables without any password, and says so", async () => {
  await server.sql(shop, "GRANT SELECT ON LARGE OBJECT 70001, 70002 TO backup");
  const { point, error, folder } = await captured({ address: { ...shop, user: "backup" }, as: "read-only" });
  await server.sql(shop, "REVOKE SELECT ON LARGE OBJECT 70001, 70002 FROM backup");
  expect(error).toBeUndefined();
  expect(point?.rows).toBe(3515);
  expect(point?.omitted).toEqual(["passwords of roles"]);
  const texts = await Promise.all(
    ["globals.sql", "server.json"].map((name) => readFile(join(folder, name), "utf8")),
  );
  expect(texts.join("")).toContain("ada");
  expect(texts.join("")).not.toContain("SCRAM");
});

test("B2: large objects that a read-only role may not read are refused, or left out by name", async () => {
  const address = { ...shop, user: "backup" };
  const refused = await captured({ address, as: "read-only" });
  expect(refused.error).toBeInstanceOf(EngineError);
  expect(refused.error).toMatchObject({
    exitCode: 2,
    message: `role "backup" cannot read 2 large objects (70001, 70002): the dump would hold less than the database`,
  });
  const without = await captured({ address, as: "read-only", without: ["large objects"] });
  expect(without.error).toBeUndefined();
  expect(without.point?.omitted).toEqual(["large objects", "passwords of roles"]);
  expect(without.point?.largeObjects).toBe(0);
});

test("B2: tables, sequences and rows that a role may not read are named, never silently fewer", async () => {
  const database = await server.database("guarded");
  await server.sql(
    database,
    "CREATE TABLE seen (id serial PRIMARY KEY)",
    "INSERT INTO seen DEFAULT VALUES",
    "CREATE TABLE rows_hidden (id int)",
    "INSERT INTO rows_hidden VALUES (1)",
    "ALTER TABLE rows_hidden ENABLE ROW LEVEL SECURITY",
    "GRANT SELECT ON seen, rows_hidden TO ada",
  );
  const { error } = await captured({ address: { ...database, user: "ada" }, as: "read-only" });
  expect(error).toMatchObject({
    exitCode: 2,
    message: expect.stringMatching(
      /1 sequences \(public\.seen_id_seq\) and 1 tables whose rows a policy hides \(public\.rows_hidden\)/,
    ),
    hint: "GRANT pg_read_all_data TO ada; ALTER ROLE ada BYPASSRLS",
  });
});

test("fault 27: a source without a single row is refused, and nothing is left", async () => {
  const database = await server.database("hollow");
  await server.sql(database, "CREATE TABLE empty (id int)");
  const { error, folder, staging } = await captured({ address: database });
  expect(error).toMatchObject({ exitCode: 1, message: expect.stringContaining("not one row") });
  expect([await readdir(folder), await readdir(staging)]).toEqual([[], []]);
});

test("a tool that is missing, or does not say a version that knows the server, ends it before anything is read", async () => {
  const missing = await captured({ address: shop, tools: { postgres: "/nonexistent" } });
  expect(missing.error).toMatchObject({
    exitCode: 3,
    message: "pg_dump is not installed: looked in /nonexistent",
  });
  const old = await mkdtemp(join(server.folder, "old-"));
  for (const name of ["pg_dump", "pg_dumpall"])
    await writeFile(join(old, name), `#!/bin/sh\necho "${name} (PostgreSQL) 13.4"\n`, { mode: 0o755 });
  const { error, folder } = await captured({ address: shop, tools: { postgres: old } });
  expect(error).toMatchObject({
    exitCode: 3,
    message: "pg_dump 13.4 is older than the server, which is PostgreSQL 15",
  });
  expect(await readdir(folder)).toEqual([]);
});

test("a password opens the server without being in any program's arguments or environment", async () => {
  const password = "pa:ss\\word";
  const database = await server.database("locked");
  await server.sql(
    database,
    "CREATE TABLE t AS SELECT 1 AS n",
    `CREATE ROLE locked LOGIN PASSWORD '${password}' IN ROLE pg_read_all_data`,
  );
  const rules = join(server.folder, "server/data/pg_hba.conf");
  await writeFile(rules, `local all locked scram-sha-256\n${await readFile(rules, "utf8")}`);
  await server.sql(server.address, "SELECT pg_reload_conf()");
  const tools = await mkdtemp(join(server.folder, "tools-"));
  const seen = join(tools, "seen");
  for (const name of ["pg_dump", "pg_dumpall"] as const)
    await writeFile(
      join(tools, name),
      `#!/bin/sh\n{ printf '%s\\n' "$@"; env; } >> ${seen}\nexec ${await toolPath(name)} "$@"\n`,
      { mode: 0o755 },
    );
  const source = { as: "read-only", tools: { postgres: tools } } as const;
  const address = { ...database, user: "locked", password };
  expect((await captured({ ...source, address })).error).toBeUndefined();
  const text = await readFile(seen, "utf8");
  expect(text).toContain("--snapshot=");
  expect(text).toContain("PGPASSFILE=");
  expect(text).not.toContain("ss\\word");
  const wrong = await captured({ ...source, address: { ...address, password: "another" } });
  expect(wrong.error).toMatchObject({ message: expect.stringContaining("password authentication failed") });
});
