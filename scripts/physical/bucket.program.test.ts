import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DeleteObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";

import { testCredentials } from "../../vault/testing/backends.js";
import { machineOn } from "./testing/machine.js";
import type { Office } from "./testing/office.js";
import { startTlsOffice, type TlsOffice } from "./testing/tls-office.js";

let tls: TlsOffice;
let office: Office;
const secondsite: TlsOffice["secondsite"] = (...args) => tls.secondsite(...args);

beforeAll(async () => {
  tls = await startTlsOffice(["office"]);
  ({ office } = tls);
});
afterAll(() => tls?.[Symbol.asyncDispose]());

test("E2: into a bucket behind TLS, by a profile's credentials, and back; no secret is said", async () => {
  await secondsite("archive", "tickets", "--yes");
  await office.machine.restart();
  const archive = await secondsite("archive", "tickets", "--yes");
  expect(archive, archive.err).toMatchObject({ code: 0 });
  await office.machine.sql("CREATE TABLE ledger (id int)", "INSERT INTO ledger VALUES (1)");
  const backup = await secondsite("backup", "tickets", "--kind", "physical");
  expect(backup, backup.err).toMatchObject({ code: 0 });
  await office.machine.sql("INSERT INTO ledger VALUES (2)");
  await office.archived();

  const into = join(await office.room(), "data");
  const args = ["--into-folder", into, "--identity", office.holder, "--yes"];
  const back = await secondsite("restore", ...args);
  expect(back, back.err).toMatchObject({ code: 0 });
  await using restored = machineOn(into);
  await restored.start();
  const [ledger] = await restored.sql("SELECT id FROM ledger ORDER BY id");
  expect(ledger?.rows).toEqual([{ id: 1 }, { id: 2 }]);
  const said = [archive, backup, back].map(({ out, err }) => out + err).join("");
  expect(said).not.toContain(testCredentials.secretAccessKey);
});

test("fault 13: behind delete markers it restores with a pgBackRest that reads history, and with an older one says so", async () => {
  await sleep(2_000);
  const before = new Date().toISOString();
  await sleep(2_000);
  const { s3, bucket: Bucket } = tls;
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
  for (const { Key } of Contents) await s3.send(new DeleteObjectCommand({ Bucket, Key }));
  const into = join(await office.room(), "data");
  const args = ["--into-folder", into, "--identity", office.holder, "--yes"];
  expect(await secondsite("restore", ...args)).toMatchObject({ code: 1 });

  const able = !(await execa("pgbackrest", ["help", "restore", "repo-target-time"], { reject: false }))
    .failed;
  const back = await secondsite("restore", ...args, "--as-of", before);
  expect(back, back.err).toMatchObject(
    able ? { code: 0 } : { code: 3, err: expect.stringContaining("it has no --repo-target-time") },
  );
});

test("E2: a store without TLS is refused before anything is written: pgBackRest speaks nothing else", async () => {
  const plain = ["--store", "office=http://127.0.0.1:9"];
  expect(await office.on("archive", "tickets", "--yes", ...plain)).toMatchObject({ code: 2 });
});
