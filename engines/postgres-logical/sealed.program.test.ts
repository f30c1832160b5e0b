import { randomBytes } from "node:crypto";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

import { directoryStore } from "../../vault/index.js";
import { compareDatabases, type DatabaseAddress } from "../comparison/index.js";
import { type SealedPlace, sealedReader, sealedWriter } from "../sealed/parts.js";
import { capture } from "./capture.js";
import type { LogicalPoint } from "./point.js";
import { restoreDatabase } from "./restore.js";
import { everything, grants, roles, type TestServer, testServer } from "./testing/world.js";
import { verify } from "./verify.js";

let server: TestServer;
let other: TestServer;
let shop: DatabaseAddress;
let place: SealedPlace;
let point: LogicalPoint;
let objects: string[];

beforeAll(async () => {
  [server, other] = [await testServer(), await testServer()];
  for (const name of ["staging", "vault"]) await mkdir(join(server.folder, name));
  await server.sql(server.address, ...roles);
  shop = await server.database("shop");
  await server.sql(shop, ...everything, ...grants);
  const store = directoryStore(join(server.folder, "vault"));
  place = {
    store,
    prefix: "messages/logical/1/",
    key: { id: "data-000001", secret: randomBytes(32), context: { plan: "chat", dataset: "messages" } },
  };
  const writer = sealedWriter({ ...place, stores: [store] });
  point = await capture({ address: shop, as: "owner" }, writer, run);
  const files = await readdir(join(server.folder, "vault"), { recursive: true, withFileTypes: true });
  objects = files.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await other[Symbol.asyncDispose]();
});

const run = {
  get staging() {
    return join(server.folder, "staging");
  },
  say: () => undefined,
};

test("B2: what lies in the vault is sealed, and verifies and restores through it", async () => {
  expect(objects.length).toBeGreaterThanOrEqual(4);
  expect(await verify(point, sealedReader(place), "structural", run)).toMatchObject({ faults: [] });
  await restoreDatabase(point, sealedReader(place), { server: other.address, database: "shop" }, run);
  expect(await compareDatabases(shop, { ...other.address, database: "shop" })).toEqual([]);
});

test("an object in another's place does not open, and a wrong key opens nothing", async () => {
  const swapped = { ...place, prefix: "messages/logical/2/" };
  const moved: SealedPlace = {
    ...swapped,
    store: { ...place.store, read: (key) => place.store.read(key.replace("/2/", "/1/")) },
  };
  const count = async (at: SealedPlace) =>
    (await verify(point, sealedReader(at), "stored", run)).faults.length;
  expect(await count(moved)).toBe(point.parts.length);
  expect(await count({ ...place, key: { ...place.key, secret: randomBytes(32) } })).toBe(point.parts.length);
});
