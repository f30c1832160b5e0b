import {
  CreateAliasCommand,
  CreateKeyCommand,
  DecryptCommand,
  EncryptCommand,
  KMSClient,
} from "@aws-sdk/client-kms";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { names } from "../../plan/index.js";
import plan from "../../plans/kubernetes-chat.js";
import { createRole, createUser } from "../../sandbox/aws/testing/clients.js";
import { type LocalMinistack, startLocalMinistack } from "../../sandbox/aws/testing/local-ministack.js";
import { createBucket } from "../../sandbox/aws/testing/vault.js";
import { datasetPermissions } from "./dataset-permissions.js";

const region = "us-east-1";
const Bucket = names.vaultBucket(plan, "virginia", "customer");
const KeyId = names.keyAlias(plan, "customer");
const secret = Buffer.from("secret");
const context = { plan: "chat", dataset: "messages" };
const ids = ["passphrase", "signing-000001", "data-000001"] as const;

let aws: LocalMinistack;
let kms: Readonly<Record<names.DatasetJob, KMSClient>>;
let s3: Readonly<Record<names.DatasetJob, S3Client>>;

/** Ciphertexts bound to each key's name, to none as the first vaults' passphrases, and to another dataset. */
const wrapped = new Map<string, Uint8Array>();

const wrapping = (id: string) => ({
  EncryptionContext:
    id === "first" ? context : id === "other" ? { ...context, dataset: "other" } : { ...context, key: id },
});

beforeAll(async () => {
  aws = await startLocalMinistack(72);
  const root = new KMSClient(aws.client(region));
  const { KeyMetadata } = await root.send(new CreateKeyCommand({}));
  const arn = KeyMetadata?.Arn ?? "";
  await root.send(new CreateAliasCommand({ AliasName: KeyId, TargetKeyId: arn }));
  const objects = new S3Client(aws.client(region));
  await createBucket(objects, Bucket, { key: arn });
  for (const id of [...ids, "first", "other"]) {
    const { CiphertextBlob } = await root.send(
      new EncryptCommand({ KeyId, Plaintext: secret, ...wrapping(id) }),
    );
    wrapped.set(id, CiphertextBlob ?? new Uint8Array());
  }
  for (const id of ids)
    await objects.send(
      new PutObjectCommand({ Bucket, Key: `${names.keyPrefix("messages")}${id}.json`, Body: "{}" }),
    );
  const pods = await createUser(aws, "pods", { Action: "sts:AssumeRole", Resource: "*" });
  const clients = await Promise.all(
    names.datasetJobs.map(async (job) => {
      const Principal = { AWS: "arn:aws:iam::000000000000:user/pods" };
      const allowed = datasetPermissions(plan, "messages", job, [arn]);
      const RoleArn = await createRole(
        aws,
        job,
        { Principal, Action: "sts:AssumeRole" },
        ...allowed.map((statement) => ({ ...statement })),
      );
      const sts = new STSClient(aws.client(region, pods));
      const { Credentials: given } = await sts.send(
        new AssumeRoleCommand({ RoleArn, RoleSessionName: "pod" }),
      );
      const options = aws.client(region, {
        accessKeyId: given?.AccessKeyId ?? "",
        secretAccessKey: given?.SecretAccessKey ?? "",
        sessionToken: given?.SessionToken ?? "",
      });
      return [job, { kms: new KMSClient(options), s3: new S3Client(options) }] as const;
    }),
  );
  kms = Object.fromEntries(clients.map(([job, each]) => [job, each.kms])) as unknown as typeof kms;
  s3 = Object.fromEntries(clients.map(([job, each]) => [job, each.s3])) as unknown as typeof s3;
});
afterAll(() => aws?.stop());

const allowed = async (call: Promise<unknown>): Promise<boolean> => {
  try {
    await call;
    return true;
  } catch (error) {
    expect(error).toMatchObject({ name: expect.stringMatching(/^AccessDenied/) });
    return false;
  }
};
const opens = (job: names.DatasetJob, id: string) =>
  allowed(kms[job].send(new DecryptCommand({ KeyId, CiphertextBlob: wrapped.get(id), ...wrapping(id) })));
const wraps = (job: names.DatasetJob, id: string) =>
  allowed(kms[job].send(new EncryptCommand({ KeyId, Plaintext: secret, ...wrapping(id) })));

/** What AWS lets each job open; "first" is a passphrase as the first vaults wrapped it. */
describe.each<[names.DatasetJob, readonly string[]]>([
  ["secrets", []],
  ["database", ["first", "passphrase"]],
  ["backup", ["first", "passphrase", "signing-000001", "data-000001"]],
  ["restore", ["first", "passphrase", "data-000001"]],
  ["verify", ["signing-000001"]],
  ["prune", ["signing-000001"]],
  ["lock", []],
  ["drill", ["signing-000001", "data-000001"]],
  ["replay", ["first", "passphrase", "signing-000001"]],
])("the %s job", (job, openable) => {
  test.each(["first", ...ids, "other"])("opens %s as far as it is its own", async (id) => {
    expect(await opens(job, id)).toBe(openable.includes(id));
  });

  test("opens no signing key under the name of another: a wrapping opens by the very context it was made with", async () => {
    const CiphertextBlob = wrapped.get("signing-000001");
    const attempt = (EncryptionContext: Record<string, string>) =>
      kms[job].send(new DecryptCommand({ KeyId, CiphertextBlob, EncryptionContext }));
    await expect(attempt(context)).rejects.toThrow();
    await expect(attempt({ ...context, key: "passphrase" })).rejects.toThrow();
  });

  test("wraps keys only if it makes them", async () => {
    for (const id of ids) expect(await wraps(job, id)).toBe(job === "secrets");
    expect(await wraps(job, "other")).toBe(false);
  });

  test("writes keys' objects only if it makes them, and reads what it may open", async () => {
    const Key = `${names.keyPrefix("messages")}signing-000002.json`;
    expect(await allowed(s3[job].send(new PutObjectCommand({ Bucket, Key, Body: "{}" })))).toBe(
      job === "secrets",
    );
    const read = (id: string) =>
      allowed(
        s3[job].send(new GetObjectCommand({ Bucket, Key: `${names.keyPrefix("messages")}${id}.json` })),
      );
    // The database reads the public halves of what signs, beside its passphrase.
    expect(await Promise.all(ids.map(read))).toEqual([true, true, job !== "database"]);
  });

  test("adds to the audit log only if what it does is recorded; overwrites and deletes nothing of it", async () => {
    const Prefix = names.auditPrefix("virginia", "customer");
    const at = { Bucket, Key: `${Prefix}00000/0000000${names.datasetJobs.indexOf(job) + 1}.json` };
    const record = { ...at, Body: "{}" };
    const send = s3[job];
    const recorded = ["backup", "verify", "prune", "lock", "drill", "replay"].includes(job);
    expect(await allowed(send.send(new PutObjectCommand(record)))).toBe(false);
    expect(await allowed(send.send(new PutObjectCommand({ ...record, IfNoneMatch: "*" })))).toBe(recorded);
    expect(await allowed(send.send(new ListObjectsV2Command({ Bucket, Prefix })))).toBe(recorded);
    expect(await allowed(send.send(new GetObjectCommand(at)))).toBe(recorded);
    expect(await allowed(send.send(new PutObjectCommand({ ...record, Body: "[]" })))).toBe(false);
    expect(await allowed(send.send(new DeleteObjectCommand(at)))).toBe(false);
  });
});
