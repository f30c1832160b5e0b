import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

import { clientOf, type DatabaseAddress } from "../comparison/index.js";
import { capture } from "./capture.js";
import { folderReader, folderWriter } from "./folder-parts.js";
import type { LogicalPoint } from "./point.js";
import { type RestoreHooks, restoreProduction } from "./production-restore.js";
import type { RestoreOptions } from "./restore.js";
import { type TestServer, testServer } from "./testing/world.js";

let server: TestServer;
let shop: DatabaseAddress;
let staging: string;
let point: LogicalPoint;
let writing: boolean;
let log: string[];

beforeAll(async () => {
  server = await testServer();
  staging = join(server.folder, "staging");
  await mkdir(staging);
  shop = await server.database("shop");
  await server.sql(shop, "CREATE TABLE orders (id int PRIMARY KEY)", "INSERT INTO orders VALUES (1), (2)");
  point = await capture(
    { address: shop, as: "owner" },
    await folderWriter(join(server.folder, "point")),
    run(),
  );
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(async () => {
  [writing, log] = [true, []];
  const { rows } = (
    await server.sql(server.address, "SELECT datname FROM pg_database WHERE datname LIKE 'shop%'")
  )[0] ?? { rows: [] };
  for (const { datname } of rows) await server.sql(server.address, `DROP DATABASE "${datname}"`);
  await server.database("shop");
  await server.sql(shop, "CREATE TABLE orders (id int PRIMARY KEY)", "INSERT INTO orders VALUES (666)");
});

const run = (signal?: AbortSignal) => ({
  staging,
  say: (line: string) => void log?.push(line),
  ...(signal ? { signal } : {}),
});
const hooks = (own: Partial<RestoreHooks> = {}): RestoreHooks => ({
  notify: async (what) => void log.push(`told: ${what}`),
  stopWriters: async () => {
    writing = false;
  },
  startWriters: async () => {
    writing = true;
  },
  safetyBackup: async () => "safety-1",
  validate: async () => undefined,
  ...own,
});
const restored = (own: Partial<RestoreHooks> = {}, options: RestoreOptions = {}, signal?: AbortSignal) =>
  restoreProduction(
    point,
    folderReader(join(server.folder, "point")),
    { server: server.address, database: "shop" },
    hooks(own),
    run(signal),
    options,
  );
const orders = async () =>
  (await server.sql(shop, "SELECT id FROM orders ORDER BY 1"))[0]?.rows.map(({ id }) => id as number);

test("B11: notify, stop writers, safety backup, restore, verify, start, validate, notify: in this order", async () => {
  const steps: string[] = [];
  const outcome = await restored({
    stopWriters: async () => void steps.push("stop"),
    safetyBackup: async () => `safety of ${await orders()}`,
    startWriters: async () => void steps.push(`start with ${await orders()}`),
    validate: async () => void steps.push("validate"),
    notify: async (what) => void steps.push(what.replace(point.label, "POINT")),
  });
  expect(steps).toEqual([
    'restoring "shop" from POINT',
    "stop",
    "start with 1,2",
    "validate",
    '"shop" is restored from POINT',
  ]);
  expect(outcome).toMatchObject({ safety: { label: "safety of 666" }, notes: [] });
});

test("B11: a safety backup that is impossible, and people who cannot be told, block nothing", async () => {
  const no = async () => {
    throw new Error("the disk is broken");
  };
  const { safety, notes } = await restored({ safetyBackup: no, notify: no });
  expect(safety).toEqual({ impossible: "the disk is broken" });
  expect(notes).toHaveLength(2);
  expect(await orders()).toEqual([1, 2]);
});

test.for<[string, Partial<RestoreHooks>, RestoreOptions, RegExp]>([
  [
    "writers that do not stop",
    { stopWriters: () => Promise.reject(new Error("still busy")) },
    {},
    /^stop writers: still busy; the writers run again on the database as it was$/,
  ],
  [
    "a restore that is not what was captured",
    {},
    { assertions: [{ name: "three", sql: "SELECT count(*) = 3 FROM orders" }] },
    /^restore: .*"three" does not hold.*; the writers run again on the database as it was$/,
  ],
  [
    "an application that is not healthy afterwards",
    { validate: () => Promise.reject(new Error("503")) },
    {},
    /^validate: 503; the database as it was is live again, and the writers run$/,
  ],
])("B11: after %s the system is usable as it was", async ([, own, options, message]) => {
  await expect(restored(own, options)).rejects.toMatchObject({ message: expect.stringMatching(message) });
  expect(await orders()).toEqual([666]);
  expect(writing).toBe(true);
  expect(log.at(-1)).toMatch(/^told: restoring "shop" failed/);
  expect(await readdir(staging)).toEqual([]);
  // And the same point can be restored afterwards.
  await restored();
  expect(await orders()).toEqual([1, 2]);
});

test("B11: where the writers do not start again either, it is said which database is live", async () => {
  const startWriters = () => Promise.reject(new Error("no such unit"));
  const ended = restored({ startWriters });
  await expect(ended).rejects.toThrow(
    /^start writers: no such unit; the database as it was is live again; but the writers do not start \(no such unit\): start them by hand$/,
  );
  expect(await orders()).toEqual([666]);
  writing = true;
});

test("B11: run again when it was done before, it takes nothing away, though the application is not healthy now", async () => {
  await restored();
  await server.sql(shop, "INSERT INTO orders (id) VALUES (3)");
  const refused = () => Promise.reject(new Error("nobody should ask"));
  const again = await restored({ stopWriters: refused, safetyBackup: refused });
  expect(again).toMatchObject({ restored: { already: true } });
  expect(again.safety).toBeUndefined();
  // The first run may have been killed before it started them.
  writing = false;
  const ill = restored({ stopWriters: refused, validate: () => Promise.reject(new Error("503")) });

  await expect(ill).rejects.toThrow(
    /^validate: 503; an earlier run had restored it, and it stays; what was live .* "shop__before_/,
  );
  expect(await orders()).toEqual([1, 2, 3]);
  expect(writing).toBe(true);
});

test("B11: aborted at any step, the system is usable, before the switch or after it", async () => {
  for (const at of ["stop writers", "safety backup", "restore", "comparing", "start writers", "validate"]) {
    const stop = new AbortController();
    log = [];
    const push = log.push.bind(log);
    log.push = (...lines: string[]) => {
      if (lines.some((line) => line.startsWith(at))) stop.abort(new Error(`stopped at ${at}`));
      return push(...lines);
    };
    const ended = await restored({}, {}, stop.signal).then(
      () => "restored",
      (error: Error) => error.message,
    );
    expect(writing).toBe(true);
    // The last step looks at no signal any more: what is restored and healthy stays.
    expect([at, await orders()]).toEqual([at, ended === "restored" ? [1, 2] : [666]]);
    if (at !== "validate") expect(ended).toContain(`stopped at ${at}`);
  }
});

test("fault 28: a database that somebody uses is refused before the safety backup, and goes on", async () => {
  const client = clientOf(shop);
  await client.connect();
  await expect(
    restored({
      safetyBackup: () => Promise.reject(new Error("nobody should ask")),
    }),
  ).rejects.toMatchObject({ exitCode: 2, message: expect.stringMatching(/in use by 1 connections/) });
  expect((await client.query("SELECT id FROM orders")).rows).toEqual([{ id: 666 }]);
  await client.end();
  expect(writing).toBe(true);
});
