import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { execa } from "execa";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

import { compareDatabases, type DatabaseAddress } from "../comparison/index.js";
import { inspectLegacy, type LegacyOptions, listLegacy, restoreLegacy } from "./legacy.js";
import type { LegacyFolder } from "./legacy-content.js";
import { everything, grants, roles, type TestServer, testServer } from "./testing/world.js";
import { toolPath } from "./tools.js";

let origin: TestServer;
let other: TestServer;
let shop: DatabaseAddress;
let root: string;

beforeAll(async () => {
  [origin, other] = [await testServer(), await testServer()];
  root = join(origin.folder, "bucket");
  for (const folder of ["staging", "bucket/backups/full"])
    await mkdir(join(origin.folder, folder), { recursive: true });
  await origin.sql(origin.address, ...roles);
  shop = await origin.database("shop");
  await origin.sql(shop, ...everything, ...grants);
});
afterAll(async () => {
  await origin[Symbol.asyncDispose]();
  await other[Symbol.asyncDispose]();
});
beforeEach(async () => {
  for (const name of await readdir(join(root, "backups/full"))) await rm(join(root, "backups/full", name));
  const { rows } = (
    await other.sql(other.address, "SELECT datname FROM pg_database WHERE datname !~ '^(template|postgres)'")
  )[0] ?? { rows: [] };
  for (const { datname } of rows) await other.sql(other.address, `DROP DATABASE "${datname}"`);
});

const bucket: LegacyFolder = {
  label: "the old bucket",
  async *list(prefix) {
    for (const name of await readdir(join(root, prefix)))
      yield { key: `${prefix}${name}`, bytes: (await stat(join(root, prefix, name))).size };
  },
  read: (key) => createReadStream(join(root, key)),
};
const put = (name: string, content: Buffer | string) => writeFile(join(root, "backups/full", name), content);
const dumped = async (...args: string[]) =>
  Buffer.from(
    (
      await execa(await toolPath("pg_dump"), [...args, "-h", shop.host, "-U", "postgres", "shop"], {
        encoding: "buffer",
      })
    ).stdout,
  );
const restored = async (options: LegacyOptions = {}) => {
  const [dump] = await listLegacy(bucket);
  if (!dump) throw new Error("nothing is listed");
  const run = { staging: join(origin.folder, "staging"), say: () => undefined };
  return restoreLegacy(bucket, dump, { server: other.address, database: "shop" }, run, options);
};
/** Roles are made without their attributes, and a database's own properties are in no legacy file. */
const differences = async () =>
  (await compareDatabases(shop, { ...other.address, database: "shop" }, { ignore: ["roles"] })).map(
    ({ message }) => message,
  );

const name = "chat-full-2025-10-28_02-00-00.sql.gz";

test.for<[string, string[], (dump: Buffer) => Promise<Buffer>]>([
  ["plain SQL in gzip", [], async (dump) => gzipSync(dump)],
  ["plain SQL as it is", [], async (dump) => dump],
  ["the custom format", ["-Fc"], async (dump) => dump],
  ["the custom format in gzip", ["-Fc", "-Z0"], async (dump) => gzipSync(dump)],
  [
    "a tar archive in zstd",
    ["-Ft"],
    async (dump) => Buffer.from((await execa("zstd", ["-c"], { input: dump, encoding: "buffer" })).stdout),
  ],
])(
  "C3: %s under the same legacy name is restored by its content, and equals the source",
  async ([, args, packed]) => {
    const file = await packed(await dumped(...args));
    await put(name, file);
    const sha256 = createHash("sha256").update(file).digest("hex");
    await put(
      "chat-full-2025-10-28_02-00-00.meta.json",
      JSON.stringify({ checksum: `sha256:${sha256}`, size: file.length }),
    );
    const first = await restored({ roles: "make" });
    expect(first).toMatchObject({ already: false, label: `20251028T020000Z-${sha256.slice(0, 8)}` });
    expect(await differences()).toEqual([]);
    expect((await restored()).already).toBe(true);
    expect(await readdir(join(origin.folder, "staging"))).toEqual([]);
  },
);

test("C3: what is cut, altered, empty or no dump is refused by name, and nothing is made", async () => {
  const plain = await dumped();
  const inspected = async () => {
    const [dump] = await listLegacy(bucket);
    if (!dump) throw new Error("nothing is listed");
    return inspectLegacy(bucket, dump);
  };
  await put(name, gzipSync(plain).subarray(0, 30_000));
  await expect(inspected()).rejects.toMatchObject({
    exitCode: 3,
    message: expect.stringMatching(
      /sql\.gz at the old bucket cannot be decompressed: unexpected end of file/,
    ),
  });
  await put(name, gzipSync(plain.subarray(0, plain.length - 250)));
  await expect(inspected()).rejects.toMatchObject({ message: expect.stringContaining("ends early") });
  const custom = await dumped("-Fc", "-Z0");
  await put(name, custom.subarray(0, custom.length - 70_000));
  await expect(inspected()).rejects.toMatchObject({ message: expect.stringContaining("end of file") });
  await put(name, gzipSync("<html>404</html>"));
  await expect(inspected()).rejects.toMatchObject({
    message: expect.stringContaining("is no dump that PostgreSQL writes"),
  });
  await put(name, gzipSync(plain));
  await put("chat-full-2025-10-28_02-00-00.meta.json", JSON.stringify({ sha256: "0".repeat(64) }));
  await expect(restored({ roles: "make" })).rejects.toMatchObject({
    exitCode: 3,
    message: expect.stringContaining("the checksum differs"),
  });
  await rm(join(root, "backups/full", "chat-full-2025-10-28_02-00-00.meta.json"));
  await put(name, gzipSync(await dumped("--schema-only")));
  await expect(restored({ roles: "make" })).rejects.toMatchObject({
    exitCode: 1,
    message: expect.stringContaining("not one row"),
  });
  const left = await other.sql(other.address, "SELECT datname FROM pg_database WHERE datname ~ 'shop'");
  expect(left[0]?.rows).toEqual([]);
});

test("a legacy dump cannot leave its database: psql's own commands in it are refused", async () => {
  const trap = join(origin.folder, "trap");
  const plain = gunzipSync(gzipSync(await dumped())).toString();
  for (const command of [`\\! touch ${trap}`, "\\connect postgres", `\\o ${trap}`]) {
    await put(name, plain.replace("SET statement_timeout", `${command}\nSET statement_timeout`));
    await expect(restored({ roles: "make" })).rejects.toMatchObject({
      exitCode: 3,
      message: expect.stringContaining("backslash commands are restricted"),
    });
  }
  await expect(readFile(trap)).rejects.toThrow("ENOENT");
});

test("roles that the target lacks are named before anything is made", async () => {
  await other.sql(other.address, "DROP ROLE IF EXISTS ada", "DROP ROLE IF EXISTS clerk");
  await put(name, await dumped("-Fc"));
  await expect(restored()).rejects.toMatchObject({
    exitCode: 2,
    message: 'the dump names roles that the target lacks: "ada", "clerk"',
  });
  expect((await restored({ roles: "make" })).rolesMade).toEqual(["ada", "clerk"]);
});
