import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { contentOf, type DatabaseAddress, withClient } from "../comparison/index.js";
import { capture, type LogicalSource } from "./capture.js";
import { folderReader, folderWriter } from "./folder-parts.js";
import { type Instance, startInstance } from "./instance.js";
import { expectedContent } from "./restored-content.js";
import { newerMajors, newerPrograms } from "./testing/newer-programs.js";
import { everything, grants, roles, type TestServer, testServer } from "./testing/world.js";
import { verify } from "./verify.js";

let debian: TestServer;
let old: DatabaseAddress;
let staging: string;

beforeAll(async () => {
  debian = await testServer();
  staging = join(debian.folder, "staging");
  await mkdir(staging);
  await debian.sql(debian.address, ...roles);
  old = await debian.database("shop");
  await debian.sql(old, ...everything, ...grants);
});
afterAll(() => debian[Symbol.asyncDispose]());

describe.each(newerMajors)("PostgreSQL %i", (major) => {
  let folder: string;
  let newer: Instance;
  let shop: DatabaseAddress;
  let tools: { readonly postgres: string };

  beforeAll(async () => {
    folder = await mkdtemp(join(debian.folder, "n-"));
    tools = { postgres: await newerPrograms(major, folder) };
    newer = await startInstance({ folder, isolated: false, tools });
    shop = { ...newer.address, database: "shop" };
    await withClient(newer.address, async (client) => {
      for (const statement of [...roles, "CREATE DATABASE shop"]) await client.query(statement);
    });
    await withClient(shop, async (client) => {
      const { rowCount } = await client.query("SELECT FROM pg_available_extensions WHERE name = 'hstore'");
      // The package of 16 has no extensions: its column is text there.
      const own = (sql: string) =>
        rowCount
          ? sql
          : sql
              .replace(/^CREATE EXTENSION.*/, "SELECT 1")
              .replace("tags hstore", "tags text")
              .replace("hstore('k', n::text)", "n::text");
      for (const statement of [...everything, ...grants]) await client.query(own(statement));
    });
  });
  afterAll(async () => {
    await newer?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  /** Captures a database with the newer client. */
  async function captured(address: DatabaseAddress, more: Partial<LogicalSource> = {}) {
    const at = await mkdtemp(join(folder, "point-"));
    const said: string[] = [];
    const run = { staging, say: (line: string) => void said.push(line) };
    const source = { address, as: "owner", tools, ...more } as const;
    const point = await capture(source, await folderWriter(join(at, "parts")), run);
    return { point, parts: folderReader(join(at, "parts")), said, run };
  }

  test.each([
    ["custom", {}],
    ["directory", { parallel: { jobs: 2, staging: 1 << 26 } }],
  ])(
    "B2, B10: its archive in the %s format is read as it goes by, and restores as it was",
    async (_, more) => {
      const { point, parts, said, run } = await captured(shop, more);

      expect(point).toMatchObject({
        source: { major },
        tool: { version: expect.stringMatching(`^${major}\\.`) },
      });
      expect(said.filter((line) => line.includes("not known here"))).toEqual([]);
      expect(await expectedContent(point, parts)).toEqual(await contentOf(shop));
      expect(await verify(point, parts, "restored", run, { tools })).toMatchObject({ faults: [], notes: [] });
    },
  );

  test("B10: its client dumps Debian's older server, and the dump restores into its own", async () => {
    const { point, parts, said, run } = await captured(old);

    expect(said.filter((line) => line.includes("not known here"))).toEqual([]);
    const found = await verify(point, parts, "restored", run, { tools });
    // The package of 16 has no extensions: what needs one is said to be missing, and nothing else is.
    if (major === 16) expect(found.faults).toMatchObject([{ message: expect.stringContaining("hstore") }]);
    else expect(found).toMatchObject({ faults: [], notes: [] });
  });
});
