import { readFile, writeFile } from "node:fs/promises";
import { Agent } from "node:https";
import { join } from "node:path";
import { CreateBucketCommand, PutBucketVersioningCommand, S3Client } from "@aws-sdk/client-s3";
import { execa } from "execa";

import { testCredentials } from "../../../vault/testing/backends.js";
import { type Office, startOffice } from "./office.js";
import { startTlsStore, type TlsStore } from "./tls-store.js";

/** An office whose own copy is in a bucket behind TLS. */
export interface TlsOffice extends AsyncDisposable {
  readonly office: Office;
  readonly store: TlsStore;
  /** Its bucket, which keeps what is overwritten or deleted. */
  readonly bucket: string;
  /** Opens the bucket, for whoever works from the side. */
  readonly s3: S3Client;
  /**
   * Runs a command on the plan as people do, in a process of its own: which authorities are trusted Node reads when it
   * starts. Credentials are a profile's.
   */
  secondsite(
    command: string,
    ...args: string[]
  ): Promise<{ readonly code: number | undefined; readonly out: string; readonly err: string }>;
}

/** Starts it; the server does not archive yet. @param direct sites with a copy: the office's in the bucket, the other on disk */
export async function startTlsOffice(direct: readonly ("office" | "offsite")[]): Promise<TlsOffice> {
  const store = await startTlsStore();
  const ca = await readFile(store.authority);
  const s3 = new S3Client({
    ...{ region: "us-east-1", endpoint: store.endpoint, credentials: testCredentials },
    ...{ forcePathStyle: true, maxAttempts: 20, requestHandler: { httpsAgent: new Agent({ ca }) } },
  });
  const Bucket = "desk-office-customer";
  await s3.send(new CreateBucketCommand({ Bucket }));
  const VersioningConfiguration = { Status: "Enabled" } as const;
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
  const office = await startOffice((backups) => backups.map((one) => ({ ...one, direct })));
  const { accessKeyId, secretAccessKey } = testCredentials;
  const lines = [
    "[desk-office]",
    `aws_access_key_id = ${accessKeyId}`,
    `aws_secret_access_key = ${secretAccessKey}`,
  ];
  const credentials = join(office.folder, "credentials");
  await writeFile(credentials, `${lines.join("\n")}\n`, { mode: 0o600 });
  const stores = [`office=${store.endpoint}`, `offsite=${join(office.folder, "offsite")}`];
  const places = stores.flatMap((place) => ["--store", place]);
  return {
    ...{ office, store, bucket: Bucket, s3 },
    async secondsite(command, ...args) {
      const { exitCode, stdout, stderr } = await execa(
        process.execPath,
        ["scripts/bin/secondsite.mjs", command, office.plan, ...args, ...places],
        {
          ...{ reject: false, cwd: join(import.meta.dirname, "../../..") },
          env: {
            NODE_EXTRA_CA_CERTS: store.authority,
            AWS_SHARED_CREDENTIALS_FILE: credentials,
            ...{ AWS_CONFIG_FILE: "/none", AWS_EC2_METADATA_DISABLED: "true" },
          },
        },
      );
      return { code: exitCode, out: stdout, err: stderr };
    },
    async [Symbol.asyncDispose]() {
      await office[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
    },
  };
}
