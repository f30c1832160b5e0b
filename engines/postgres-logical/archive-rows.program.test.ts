import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";

import {
  contentOf,
  type DatabaseAddress,
  type DatabaseContent,
  tablesOf,
  withClient,
} from "../comparison/index.js";
import { ArchiveRows } from "./archive-rows.js";
import { dumpEnvironment } from "./dump-custom.js";
import { withDumped } from "./dumped-content.js";
import { everything, type TestServer, testServer } from "./testing/world.js";
import { toolPath } from "./tools.js";

let server: TestServer;
let shop: DatabaseAddress;
let archive: Buffer;
let counted: DatabaseContent;

beforeAll(async () => {
  // Whatever the server's own defaults are, the dump's text and the comparer's have to be the same.
  server = await testServer({ TimeZone: "Asia/Kathmandu", bytea_output: "escape", DateStyle: "German" });
  shop = await server.database("shop");
  await server.sql(
    shop,
    ...everything,
    "CREATE TABLE nothing ()",
    "INSERT INTO nothing SELECT FROM generate_series(1, 7)",
    `CREATE TABLE odd ("\\" text, "a.b" text)`,
    `INSERT INTO odd VALUES (E'\\\\.', E'\\n'), ('', NULL), (repeat('long ', 100000), E'\\t\\r')`,
    "CREATE TABLE dropped (gone int, kept int)",
    "INSERT INTO dropped VALUES (1, 2)",
    "ALTER TABLE dropped DROP gone",
    "CREATE TABLE empty (id int)",
    "SELECT lo_create(4000000000)",
    "SELECT lo_from_bytea(4000000001, decode(repeat('00', 1048576), 'hex'))",
  );
  const env = { PGHOST: shop.host, PGUSER: shop.user, PGDATABASE: "shop" };
  const job = { paths: { dump: "", zstd: "" }, snapshot: "", withoutLargeObjects: false };
  const { signal } = new AbortController();
  const { stdout } = await execa(await toolPath("pg_dump"), ["-Fc", "-Z0"], {
    env: dumpEnvironment({ ...job, env, signal }),
    encoding: "buffer",
  });
  archive = Buffer.from(stdout);
  counted = await contentOf(shop, { rows: "counted where dumped" });
});
afterAll(() => server[Symbol.asyncDispose]());

/** What is learned from an archive that comes in pieces of so many bytes. */
function passed(bytes: Buffer, piece: number) {
  const rows = new ArchiveRows();
  for (let at = 0; at < bytes.length; at += piece) rows.add(bytes.subarray(at, at + piece));
  return rows.end();
}
const contentIn = async (dump: Buffer, piece = 65_536) => {
  const dumped = passed(dump, piece);
  if (!dumped) throw new Error("it ended in the middle");
  return withDumped(counted, await withClient(shop, tablesOf), dumped);
};

test.for([1, 7, 4_099, 65_536, 1 << 24])(
  "B10: what a dump holds, seen in pieces of %i bytes, is what the comparer reads in the database",
  async (piece) => {
    expect(await contentIn(archive, piece)).toEqual(await contentOf(shop));
  },
);

test("a changed byte in the dump's rows, and one of a large object, make another content", async () => {
  const content = await contentIn(archive);
  for (const [wanted, item] of [
    ["c1234@x.test", "sales.customers"],
    ["other\n", "public.log"],
  ] as const) {
    const changed = Buffer.from(archive);
    const at = changed.indexOf(wanted);
    changed[at] = (changed[at] ?? 0) ^ 1;
    const found = await contentIn(changed);
    expect(found.tables[item]?.rows).toBe(content.tables[item]?.rows);
    expect(found.tables[item]?.sha256).not.toBe(content.tables[item]?.sha256);
  }
  const changed = Buffer.from(archive);
  changed[changed.lastIndexOf(0xcd)] = 0xcc;
  expect((await contentIn(changed)).largeObjects).not.toEqual(content.largeObjects);
});

test("a dump with fewer rows than the snapshot holds is refused, whatever pg_dump said", async () => {
  const changed = Buffer.from(archive);
  // Two rows become one.
  changed[changed.indexOf("same\n") + 4] = 0x20;
  await expect(contentIn(changed)).rejects.toMatchObject({
    exitCode: 3,
    message: "the dump is not what the snapshot holds: it has 12 of 13 rows of public.log",
  });
});

test("an archive that ends in the middle, or of another version, is not understood", () => {
  expect(passed(archive.subarray(0, -3), 65_536)).toBeUndefined();
  const other = Buffer.from(archive);
  other[6] = 99;
  expect(() => passed(other, 65_536)).toThrow("archives of version 1.99 are not known");
});
