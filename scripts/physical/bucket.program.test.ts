import { readFile, writeFile } from "node:fs/promises";
import { Agent } from "node:https";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  ListObjectsV2Command,
  PutBucketVersioningCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";

import { testCredentials } from "../../vault/testing/backends.js";
import { machineOn } from "./testing/machine.js";
import { type Office, startOffice } from "./testing/office.js";
import { startTlsStore, type TlsStore } from "./testing/tls-store.js";

let office: Office;
let store: TlsStore;
let s3: S3Client;
const Bucket = "desk-office-customer";

beforeAll(async () => {
  store = await startTlsStore();
  const ca = await readFile(store.authority);
  s3 = new S3Client({
    ...{ region: "us-east-1", endpoint: store.endpoint, credentials: testCredentials },
    ...{ forcePathStyle: true, maxAttempts: 20, requestHandler: { httpsAgent: new Agent({ ca }) } },
  });
  await s3.send(new CreateBucketCommand({ Bucket }));
  const VersioningConfiguration = { Status: "Enabled" } as const;
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
  office = await startOffice((backups) => backups.map((one) => ({ ...one, direct: ["office"] })));
  const { accessKeyId, secretAccessKey } = testCredentials;
  const lines = [
    "[desk-office]",
    `aws_access_key_id = ${accessKeyId}`,
    `aws_secret_access_key = ${secretAccessKey}`,
  ];
  await writeFile(join(office.folder, "credentials"), `${lines.join("\n")}\n`, { mode: 0o600 });
});
afterAll(async () => {
  await office[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
});

/** A command as people run it: which authorities are trusted Node reads when it starts. */
async function secondsite(command: string, ...args: string[]) {
  const places = [
    "--store",
    `office=${store.endpoint}`,
    "--store",
    `offsite=${join(office.folder, "offsite")}`,
  ];
  const { exitCode, stdout, stderr } = await execa(
    process.execPath,
    ["scripts/bin/secondsite.mjs", command, office.plan, ...args, ...places],
    {
      ...{ reject: false, cwd: join(import.meta.dirname, "../..") },
      env: {
        NODE_EXTRA_CA_CERTS: store.authority,
        AWS_SHARED_CREDENTIALS_FILE: join(office.folder, "credentials"),
        ...{ AWS_CONFIG_FILE: "/none", AWS_EC2_METADATA_DISABLED: "true" },
      },
    },
  );
  return { code: exitCode, out: stdout, err: stderr };
}

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
