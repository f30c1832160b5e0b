import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test, vi } from "vitest";

import { compareDatabases } from "../../engines/comparison/index.js";
import { toolPath } from "../../engines/postgres-logical/tools.js";
import { s3Store } from "../../vault/index.js";
import { testCredentials } from "../../vault/testing/backends.js";
import { type Desk, startDesk } from "../sealed/testing/desk.js";

let desk: Desk;
let old: string;

const plain = "backups/full/desk-full-2025-11-02_02-00.sql.gz";
const custom = "backups/full/desk-full-2025-11-03_02-00.sql.gz";
const cut = "backups/full/desk-full-2025-11-04_02-00.sql.gz";

beforeAll(async () => {
  desk = await startDesk();
  old = join(desk.folder, "old");
  await mkdir(join(old, "backups/full"), { recursive: true });
  const { host, user, database } = desk.database;
  const dumped = async (...args: string[]) =>
    Buffer.from(
      (
        await execa(await toolPath("pg_dump"), ["-h", host, "-U", user, ...args, database], {
          encoding: "buffer",
        })
      ).stdout,
    );
  const sql = await dumped();
  await writeFile(join(old, plain), gzipSync(sql));
  // What it is called is not what it is.
  await writeFile(join(old, custom), await dumped("--format=custom"));
  await writeFile(join(old, cut), gzipSync(sql.subarray(0, sql.length / 2)));
  await writeFile(join(old, "backups/full/notes.txt"), "of last year");
});
afterAll(() => desk?.[Symbol.asyncDispose]());

const legacy = (...args: string[]) => desk.secondsite("legacy", desk.plan, ...args);

test("C3: another tool's dumps are listed newest first, in a folder and in a bucket", async () => {
  const listed = await legacy(old, "--json");

  expect(listed, listed.err).toMatchObject({ code: 0 });
  const { dumps } = JSON.parse(listed.out);
  expect(dumps.map(({ key }: { key: string }) => key)).toEqual([cut, custom, plain]);
  expect(dumps[2]).toMatchObject({ app: "desk", takenAt: "2025-11-02T02:00:00.000Z" });

  const at = { bucket: "desk-office-customer", region: "us-east-1", credentials: testCredentials };
  const store = s3Store({ ...at, endpoint: desk.office });
  async function* body() {
    yield Buffer.from("x");
  }
  await store.upload(`archive/${plain}`, body());
  vi.stubEnv("AWS_ACCESS_KEY_ID", testCredentials.accessKeyId);
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", testCredentials.secretAccessKey);
  const place = `s3://desk-office-customer/archive?region=us-east-1&endpoint=${desk.office}&s3ForcePathStyle=true`;
  expect(await legacy(place)).toMatchObject({
    code: 0,
    out: expect.stringMatching(/2025-11-02T02:00:00.000Z\s+desk\s+1 B\s+backups\/full\/desk-full/),
  });
});

test.each([plain, custom])(
  "C3: %s is shown by what it is, restored by content, and done only once",
  async (key) => {
    const into = key === plain ? "old_plain" : "old_custom";
    const look = await legacy(old, key, "--into", into);
    expect(look, look.err).toMatchObject({
      code: 0,
      out: expect.stringContaining(`a dump in the ${key === plain ? "plain" : "custom"} format, whole`),
    });
    const { rows } = (await desk.server.sql(desk.database, "SELECT datname FROM pg_database"))[0] ?? {
      rows: [],
    };
    expect(rows.map(({ datname }) => datname)).not.toContain(into);

    const done = await legacy(old, key, "--into", into, "--yes");
    expect(done, done.err).toMatchObject({ code: 0, out: expect.stringContaining("is done") });
    expect(await compareDatabases(desk.database, { ...desk.database, database: into })).toEqual([]);
    expect(await legacy(old, key, "--into", into, "--yes")).toMatchObject({
      code: 0,
      out: expect.stringMatching(/nothing was done now.*--replace 202511\d\dT020000Z-[0-9a-f]{8}/s),
    });
  },
);

test("C3: what ends early, is not there, or is asked for by halves is refused, and nothing is made", async () => {
  const into = ["--into", "never"];
  expect(await legacy(old, "newest", ...into, "--yes")).toMatchObject({
    code: 3,
    err: expect.stringContaining("ends early"),
  });
  expect(await legacy(old, "backups/full/none.sql", ...into)).toMatchObject({
    code: 1,
    err: expect.stringContaining(`the newest is ${cut}`),
  });
  expect(await legacy(old, plain)).toMatchObject({ code: 2, err: expect.stringContaining("--into") });
  expect(await legacy(old, ...into)).toMatchObject({ code: 2, err: expect.stringContaining("newest") });
  expect(await legacy("gs://elsewhere", plain, ...into)).toMatchObject({ code: 2 });
  const { rows } = (
    await desk.server.sql(desk.database, "SELECT 1 FROM pg_database WHERE datname LIKE 'never%'")
  )[0] ?? { rows: [0] };
  expect(rows).toEqual([]);
});
