import { createHash } from "node:crypto";
import {
  appendFile,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rm,
  truncate,
  writeFile,
} from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { VerificationLevel } from "../../vault/index.js";
import { type DatabaseAddress, withClient } from "../comparison/index.js";
import { capture } from "./capture.js";
import { logicalEngine } from "./engine.js";
import { folderReader, folderWriter } from "./folder-parts.js";
import { startInstance } from "./instance.js";
import type { LogicalPoint } from "./point.js";
import type { Assertion } from "./restored-content.js";
import { everything, grants, roles, type TestServer, testServer } from "./testing/world.js";
import { toolPath } from "./tools.js";

let server: TestServer;
let shop: DatabaseAddress;
let folder: string;
let staging: string;
let point: LogicalPoint;

beforeAll(async () => {
  server = await testServer();
  staging = join(server.folder, "staging");
  await mkdir(staging);
  await server.sql(server.address, ...roles);
  shop = await server.database("shop");
  await server.sql(
    shop,
    ...everything,
    ...grants,
    `CREATE TABLE "Odd.Name" (v int)`,
    `INSERT INTO "Odd.Name" VALUES (1)`,
  );
  folder = join(server.folder, "point");
  point = await capture({ address: shop, as: "owner" }, await folderWriter(folder), run);
});
afterAll(() => server[Symbol.asyncDispose]());

const run = {
  get staging() {
    return staging;
  },
  say: () => undefined,
};
const verified = (level: VerificationLevel, at = folder, of = point, assertions: readonly Assertion[] = []) =>
  logicalEngine({ assertions }).verify(of, folderReader(at), level, run);
const messages = async (...args: Parameters<typeof verified>) =>
  (await verified(...args)).faults.map(({ message }) => message);

/** A copy of the point's folder to which something is done. */
async function copy(change: (folder: string) => Promise<unknown>): Promise<string> {
  const at = await mkdtemp(join(server.folder, "copy-"));
  await execa("cp", ["-r", `${folder}/.`, at]);
  await change(at);
  return at;
}

/** The point with a part as it is now: whoever can change the store can change the checksum, but not what is inside. */
async function believed(at: string, name: string): Promise<LogicalPoint> {
  const content = await readFile(join(at, name));
  const sha256 = createHash("sha256").update(content).digest("hex");
  return {
    ...point,
    parts: point.parts.map((part) => (part.name === name ? { name, bytes: content.length, sha256 } : part)),
  };
}

test("B10: an undamaged point is good at every level, and nothing of the isolated server remains", async () => {
  const assertions = [{ name: "there are customers", sql: "SELECT count(*) = 3000 FROM sales.customers" }];
  for (const level of ["stored", "structural", "restored"] as const)
    expect(await verified(level, folder, point, assertions)).toEqual({ level, faults: [], notes: [] });
  expect(await readdir(staging)).toEqual([]);
});

test.for<[string, (at: string) => Promise<unknown>, RegExp]>([
  [
    "one flipped byte",
    async (at) => {
      const file = await open(join(at, "dump.pgc.zst"), "r+");
      const { buffer } = await file.read(Buffer.alloc(1), 0, 1, 12_345);
      await file.write(Buffer.from([(buffer[0] ?? 0) ^ 1]), 0, 1, 12_345);
      await file.close();
    },
    /^dump\.pgc\.zst at .*: its content is not what was stored: the checksum differs$/,
  ],
  [
    "a cut file",
    (at) => truncate(join(at, "dump.pgc.zst"), 1000),
    /^dump\.pgc\.zst at .*: it has 1000 bytes; \d+ were stored$/,
  ],
  [
    "a longer file",
    (at) => appendFile(join(at, "server.json"), " "),
    /^server\.json at .* bytes; \d+ were stored$/,
  ],
  ["a missing file", (at) => rm(join(at, "content.json")), /^content\.json at .* cannot be read: ENOENT$/],
  ["an empty file", (at) => writeFile(join(at, "globals.sql"), ""), /^globals\.sql at .*: it has 0 bytes/],
])(
  "C5: what is stored is compared with its checksum: %s is found, by its name",
  async ([, change, expected]) => {
    const found = await messages("stored", await copy(change));
    expect(found).toEqual([expect.stringMatching(expected)]);
  },
);

test("C5: a dump that the tool cannot read is found, though its checksum holds", async () => {
  const at = await copy(async (folder) => {
    const dump = join(folder, "dump.pgc.zst");
    await execa("zstd", ["-d", "-q", dump, "-o", join(folder, "raw")]);
    await truncate(join(folder, "raw"), 100_000);
    await execa("zstd", ["-q", "-f", join(folder, "raw"), "-o", dump]);
  });
  const changed = await believed(at, "dump.pgc.zst");
  expect(await messages("stored", at, changed)).toEqual([]);
  expect(await messages("structural", at, changed)).toEqual([
    expect.stringMatching(/^pg_restore failed .*end of file/),
  ]);
});

test("fault 25: a dump without a table, and one with another row, are found though every checksum holds", async () => {
  const dumped = async (source: DatabaseAddress, ...args: string[]) =>
    copy(async (at) => {
      const connection = ["-h", source.host, "-U", source.user, source.database];
      await execa(await toolPath("pg_dump"), ["-Fc", "-Z0", ...args, "-f", join(at, "raw"), ...connection]);
      await execa("zstd", ["-q", "-f", join(at, "raw"), "-o", join(at, "dump.pgc.zst")]);
    });
  const less = await dumped(shop, "--exclude-table-data=log");
  expect(await messages("structural", less, await believed(less, "dump.pgc.zst"))).toEqual([
    "the dump has no data of table public.log, which held 13 rows",
  ]);
  const changed = await server.database("changed", "shop");
  await server.sql(changed, `UPDATE "Odd.Name" SET v = 2`, "REVOKE SELECT ON sales.bills FROM clerk");
  const other = await dumped(changed);
  const of = await believed(other, "dump.pgc.zst");
  expect(await messages("structural", other, of)).toEqual([]);
  expect(await messages("restored", other, of)).toEqual([
    `table public."Odd.Name" has 1 rows as expected, but not the same ones`,
    expect.stringMatching(/^grants on table sales\.bills is/),
  ]);
});

test("B10: a materialised view that was stale is restored as its query answers, and a note says so; it is no fault", async () => {
  const stale = await server.database("stale", "shop");
  await server.sql(stale, "TRUNCATE sales.bills");
  const at = join(server.folder, "stale");
  const of = await capture({ address: stale, as: "owner" }, await folderWriter(at), run);

  expect(await verified("restored", at, of)).toMatchObject({
    faults: [],
    notes: [
      expect.stringMatching(/^materialised view sales\.totals was computed again and is not as it was/),
    ],
  });
});

test("C5: settings of the superuser's role are no fault of a dump, whose server has that role already, nor is the environment", async () => {
  const at = join(server.folder, "settings");
  const { user } = shop;
  await server.sql(shop, `ALTER ROLE ${user} SET work_mem = '5MB'`);
  const of = await capture({ address: shop, as: "owner" }, await folderWriter(at), run);
  await server.sql(shop, `ALTER ROLE ${user} RESET ALL`);
  vi.stubEnv("PGOPTIONS", "-c default_transaction_read_only=on");
  const verdict = await verified("restored", at, of).finally(() => vi.unstubAllEnvs());

  expect(verdict).toMatchObject({
    faults: [],
    notes: [`the server had that role already, and it stays as it is: settings of role ${user} is missing`],
  });
});

test("a point whose rows were only counted says so, and still misses no row", async () => {
  const at = join(server.folder, "counted");
  const counted = await capture({ address: shop, as: "owner", rows: "counted" }, await folderWriter(at), run);
  expect(counted.rows).toBe(point.rows);
  expect(await verified("restored", at, counted)).toMatchObject({
    faults: [],
    notes: ["the point holds no hashes of rows"],
  });
  const raw = join(at, "raw");
  const connection = ["-h", shop.host, "-U", shop.user, shop.database];
  await execa(await toolPath("pg_dump"), ["-Fc", "-Z0", "--no-blobs", "-f", raw, ...connection]);
  await execa("zstd", ["-q", "-f", raw, "-o", join(at, "dump.pgc.zst")]);
  const content = await readFile(join(at, "dump.pgc.zst"));
  const sha256 = createHash("sha256").update(content).digest("hex");
  const of = {
    ...counted,
    parts: counted.parts.map((part) =>
      part.name === "dump.pgc.zst" ? { ...part, bytes: content.length, sha256 } : part,
    ),
  };
  expect(await messages("restored", at, of)).toContain("there are 0 large objects; 2 were expected");
});

test("B10: an assertion that does not hold, or cannot be asked, is a fault by its name", async () => {
  const found = await messages("restored", folder, point, [
    { name: "recent bills", sql: "SELECT count(*) > 1000 FROM sales.bills" },
    { name: "a typing error", sql: "SELECT count(*) FROM sales.bill" },
    { name: "one that writes", sql: "DELETE FROM log RETURNING true" },
  ]);
  expect(found).toEqual([
    `"recent bills" does not hold: it answers false`,
    `"a typing error" cannot be asked: relation "sales.bill" does not exist`,
    `"one that writes" cannot be asked: cannot execute DELETE in a read-only transaction`,
  ]);
});

test("B10: nothing inside the isolated server reaches a network", async () => {
  let reached = 0;
  const listener = createServer((socket) => {
    reached += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const address = listener.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const calls = async (isolated: boolean) => {
    const own = await mkdtemp(join(staging, "i-"));
    await using instance = await startInstance({ folder: own, isolated });
    return await withClient(instance.address, async (client) => {
      await client.query("CREATE EXTENSION dblink");
      return client.query(`SELECT dblink_connect('host=127.0.0.1 port=${port} connect_timeout=2')`).then(
        () => "reached",
        (error: Error & { detail?: string }) => error.detail ?? error.message,
      );
    });
  };
  expect(await calls(true)).toMatch(/Network is unreachable|Connection refused/);
  expect(reached).toBe(0);
  expect(await calls(false)).toMatch(/closed the connection/);
  expect(reached).toBeGreaterThan(0);
  await new Promise((resolve) => listener.close(resolve));
  for (const left of await readdir(staging)) await rm(join(staging, left), { recursive: true });
});
