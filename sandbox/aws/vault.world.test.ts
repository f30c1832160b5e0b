import { CreateKeyCommand, DisableKeyCommand, EnableKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  GetObjectRetentionCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectRetentionCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { Upload } from "@aws-sdk/lib-storage";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { createRole, createUser, policy } from "./testing/clients.js";
import { type LocalAws, startLocalAws } from "./testing/local-aws.js";
import { createBucket } from "./testing/vault.js";

const day = 86_400_000;
const denied = { name: "AccessDenied", $metadata: { httpStatusCode: 403 } };

let aws: LocalAws;
let s3: S3Client;

beforeAll(async () => {
  aws = await startLocalAws({ regions: ["us-east-1"] });
  s3 = new S3Client(aws.client("us-east-1"));
});
afterAll(() => aws.stop());

describe("Object Lock", () => {
  const Bucket = "compliance";
  const put = async (Key: string) =>
    (await s3.send(new PutObjectCommand({ Bucket, Key, Body: "x" }))).VersionId ?? "";
  const retention = async (Key: string) =>
    (await s3.send(new GetObjectRetentionCommand({ Bucket, Key }))).Retention;

  beforeAll(() => createBucket(s3, Bucket, { lockDays: 2, lockMode: "COMPLIANCE" }));

  test("deleting a locked version is refused, alone, in a batch, and with a bypass", async () => {
    const Key = "locked";
    const VersionId = await put(Key);
    await expect(s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId }))).rejects.toMatchObject(denied);
    await expect(
      s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId, BypassGovernanceRetention: true })),
    ).rejects.toMatchObject(denied);
    const { Errors } = await s3.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key, VersionId }] } }),
    );
    expect(Errors).toMatchObject([{ Key, Code: "AccessDenied" }]);
    expect((await s3.send(new GetObjectCommand({ Bucket, Key, VersionId }))).ContentLength).toBe(1);
  });

  test("retention is lengthened but never shortened, and never set into the past", async () => {
    const Key = "retention";
    await put(Key);
    const set = (days: number, Mode: "COMPLIANCE" | "GOVERNANCE" = "COMPLIANCE") =>
      s3.send(
        new PutObjectRetentionCommand({
          Bucket,
          Key,
          Retention: { Mode, RetainUntilDate: new Date(Date.now() + days * day) },
        }),
      );
    await expect(set(1)).rejects.toMatchObject(denied);
    await expect(set(5, "GOVERNANCE")).rejects.toMatchObject(denied);
    await expect(set(-1)).rejects.toMatchObject({ name: "InvalidArgument" });
    await set(5);
    expect((await retention(Key))?.RetainUntilDate?.getTime()).toBeGreaterThan(Date.now() + 4 * day);
  });

  test("multipart uploads and copies are locked by the bucket's default too", async () => {
    const Body = Buffer.alloc(6 * 1024 * 1024);
    await new Upload({
      client: s3,
      params: { Bucket, Key: "parts", Body },
      partSize: 5 * 1024 * 1024,
    }).done();
    await s3.send(new CopyObjectCommand({ Bucket, Key: "copy", CopySource: `${Bucket}/parts` }));
    for (const Key of ["parts", "copy"]) {
      expect((await retention(Key))?.RetainUntilDate?.getTime(), Key).toBeGreaterThan(Date.now() + day);
    }
  });

  test("versioning cannot be suspended", async () => {
    const VersioningConfiguration = { Status: "Suspended" as const };
    await expect(
      s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration })),
    ).rejects.toMatchObject({ name: "InvalidBucketState" });
  });

  test("governance is bypassed only with leave to bypass it, and only when asked for", async () => {
    const objects = "arn:aws:s3:::governance/*";
    await createBucket(s3, "governance", { lockDays: 1 });
    const { VersionId } = await s3.send(new PutObjectCommand({ Bucket: "governance", Key: "k", Body: "x" }));
    const operator = new S3Client(
      aws.client(
        "us-east-1",
        await createUser(aws, "operator", { Action: "s3:DeleteObject*", Resource: objects }),
      ),
    );
    const breakGlass = new S3Client(
      aws.client(
        "us-east-1",
        await createUser(aws, "break-glass", {
          Action: ["s3:DeleteObject*", "s3:BypassGovernanceRetention"],
          Resource: objects,
        }),
      ),
    );
    const remove = (bypass: boolean) =>
      new DeleteObjectCommand({
        Bucket: "governance",
        Key: "k",
        VersionId,
        BypassGovernanceRetention: bypass,
      });
    await expect(operator.send(remove(false))).rejects.toMatchObject(denied);
    await expect(operator.send(remove(true))).rejects.toMatchObject(denied);
    await expect(breakGlass.send(remove(false))).rejects.toMatchObject(denied);
    await breakGlass.send(remove(true));
  });
});

describe("bucket policies", () => {
  const Bucket = "guarded";
  const Resource = [`arn:aws:s3:::${Bucket}`, `arn:aws:s3:::${Bucket}/*`];

  beforeAll(async () => {
    await createBucket(s3, Bucket);
    const everybody = { Effect: "Deny", Principal: "*", Resource };
    const Policy = policy(
      { ...everybody, Action: "s3:*", Condition: { Bool: { "aws:SecureTransport": "false" } } },
      { ...everybody, Action: ["s3:DeleteObjectVersion", "s3:PutObjectRetention"] },
      {
        ...everybody,
        Action: "s3:PutObject",
        Condition: { Null: { "s3:x-amz-server-side-encryption-customer-algorithm": "false" } },
      },
    );
    await s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
  });

  test("a denial of s3:DeleteObjectVersion binds administrators and root", async () => {
    const { VersionId } = await s3.send(new PutObjectCommand({ Bucket, Key: "k", Body: "x" }));
    const admin = new S3Client(
      aws.client("us-east-1", await createUser(aws, "admin", { Action: "*", Resource: "*" })),
    );
    for (const caller of [admin, s3]) {
      await expect(
        caller.send(new DeleteObjectCommand({ Bucket, Key: "k", VersionId })),
      ).rejects.toMatchObject(denied);
      await caller.send(new DeleteObjectCommand({ Bucket, Key: "marker" }));
    }
  });

  test("a policy that excepts a role by aws:PrincipalArn lets that role's sessions through, and them only", async () => {
    const rescuer = await createUser(aws, "rescuer", { Action: ["sts:AssumeRole", "s3:*"], Resource: "*" });
    const Principal = { AWS: "arn:aws:iam::000000000000:user/rescuer" };
    const rescue = await createRole(
      aws,
      "rescue",
      { Principal, Action: "sts:AssumeRole" },
      { Action: "s3:*", Resource: "*" },
    );
    await createBucket(s3, "excepting");
    const Policy = policy({
      Effect: "Deny",
      Principal: "*",
      Action: "s3:DeleteObjectVersion",
      Resource: "arn:aws:s3:::excepting/*",
      Condition: { ArnNotEquals: { "aws:PrincipalArn": rescue } },
    });
    await s3.send(new PutBucketPolicyCommand({ Bucket: "excepting", Policy }));
    const { VersionId } = await s3.send(new PutObjectCommand({ Bucket: "excepting", Key: "k", Body: "x" }));
    const remove = new DeleteObjectCommand({ Bucket: "excepting", Key: "k", VersionId });
    await expect(new S3Client(aws.client("us-east-1", rescuer)).send(remove)).rejects.toMatchObject(denied);
    const sts = new STSClient(aws.client("us-east-1", rescuer));
    const { Credentials: given } = await sts.send(
      new AssumeRoleCommand({ RoleArn: rescue, RoleSessionName: "night" }),
    );
    const credentials = {
      accessKeyId: given?.AccessKeyId ?? "",
      secretAccessKey: given?.SecretAccessKey ?? "",
      sessionToken: given?.SessionToken ?? "",
    };
    await new S3Client(aws.client("us-east-1", credentials)).send(remove);
  });

  test("a policy that bounds how far retentions reach lets nearer ones through, and them only", async () => {
    const reaching = { Bucket: "reach", Key: "k" };
    await createBucket(s3, "reach", { lockDays: 1, lockMode: "COMPLIANCE" });
    const Policy = policy({
      Effect: "Deny",
      Principal: "*",
      Action: "s3:PutObjectRetention",
      Resource: "arn:aws:s3:::reach/*",
      Condition: { NumericGreaterThan: { "s3:object-lock-remaining-retention-days": "8" } },
    });
    await s3.send(new PutBucketPolicyCommand({ Bucket: "reach", Policy }));
    await s3.send(new PutObjectCommand({ ...reaching, Body: "x" }));
    const until = (days: number) => {
      const Retention = { Mode: "COMPLIANCE" as const, RetainUntilDate: new Date(Date.now() + days * day) };
      return s3.send(new PutObjectRetentionCommand({ ...reaching, Retention }));
    };
    await expect(until(8.1)).rejects.toMatchObject(denied);
    await expect(until(36_500)).rejects.toMatchObject(denied);
    await until(7.9);
  });

  test("a TLS-only policy lets the gate through and nothing that comes in the clear", async () => {
    await s3.send(new GetObjectCommand({ Bucket, Key: "k" }));
    const direct = new S3Client({
      ...aws.client("us-east-1"),
      requestHandler: {},
      endpoint: "http://127.64.0.2:4566",
      forcePathStyle: true,
    });
    await expect(direct.send(new GetObjectCommand({ Bucket, Key: "k" }))).rejects.toMatchObject(denied);
  });

  test("writes under a customer-provided key are denied by policy", async () => {
    const key = Buffer.alloc(32, 7).toString("base64");
    await expect(
      s3.send(
        new PutObjectCommand({
          Bucket,
          Key: "ransom",
          Body: "x",
          SSECustomerAlgorithm: "AES256",
          SSECustomerKey: key,
        }),
      ),
    ).rejects.toMatchObject(denied);
  });
});

describe("objects under KMS", () => {
  test("need leave to use the key, and an enabled key", async () => {
    const kms = new KMSClient(aws.client("us-east-1"));
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    const KeyId = KeyMetadata?.Arn ?? "";
    await createBucket(s3, "sealed", { key: KeyId });
    await s3.send(new PutObjectCommand({ Bucket: "sealed", Key: "k", Body: "x" }));
    const objects = { Action: ["s3:GetObject", "s3:PutObject"], Resource: "arn:aws:s3:::sealed/*" };
    const use = { Action: ["kms:Decrypt", "kms:GenerateDataKey"], Resource: KeyId };
    const without = new S3Client(aws.client("us-east-1", await createUser(aws, "without", objects)));
    const withKey = new S3Client(aws.client("us-east-1", await createUser(aws, "with-key", objects, use)));
    const get = new GetObjectCommand({ Bucket: "sealed", Key: "k" });
    await expect(without.send(get)).rejects.toMatchObject(denied);
    await expect(
      without.send(new PutObjectCommand({ Bucket: "sealed", Key: "k2", Body: "x" })),
    ).rejects.toMatchObject(denied);
    expect(await withKey.send(get)).toMatchObject({ SSEKMSKeyId: KeyId });
    await kms.send(new DisableKeyCommand({ KeyId }));
    await expect(withKey.send(get)).rejects.toMatchObject({ name: "KMS.DisabledException" });
    await kms.send(new EnableKeyCommand({ KeyId }));
    await withKey.send(get);
  });
});
