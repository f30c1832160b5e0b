import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import {
  CreateKeyCommand,
  DecryptCommand,
  EncryptCommand,
  KMSClient,
  ReplicateKeyCommand,
} from "@aws-sdk/client-kms";
import { ListHostedZonesCommand, Route53Client } from "@aws-sdk/client-route-53";
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeletePublicAccessBlockCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutBucketPolicyCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { rootCredentials } from "./index.js";
import { policy } from "./testing/clients.js";
import { type LocalAws, startLocalAws } from "./testing/local-aws.js";

let aws: LocalAws;
let east: S3Client;
let west: S3Client;

beforeAll(async () => {
  aws = await startLocalAws();
  east = new S3Client(aws.client("us-east-1"));
  west = new S3Client(aws.client("us-west-2"));
  await east.send(new CreateBucketCommand({ Bucket: "east" }));
  await west.send(
    new CreateBucketCommand({
      Bucket: "west",
      CreateBucketConfiguration: { LocationConstraint: "us-west-2" },
    }),
  );
  await east.send(new PutObjectCommand({ Bucket: "east", Key: "k", Body: "east's" }));
});
afterAll(() => aws.stop());

describe("AWS's own names, host-style, with real signatures", () => {
  test("keys with slashes, spaces and signs survive the way through the gate", async () => {
    for (const Key of ["a/b c", "plus+percent%25", "ü/漢", "a//b"]) {
      await west.send(new PutObjectCommand({ Bucket: "west", Key, Body: Key }));
      const { Body } = await west.send(new GetObjectCommand({ Bucket: "west", Key }));
      expect(await Body?.transformToString()).toBe(Key);
    }
  });

  test("a signature made with another secret is refused, root's too", async () => {
    const wrong = { ...rootCredentials, secretAccessKey: "not the secret" };
    const s3 = new S3Client(aws.client("us-west-2", wrong));
    await expect(s3.send(new GetObjectCommand({ Bucket: "west", Key: "a/b c" }))).rejects.toMatchObject({
      name: "SignatureDoesNotMatch",
    });
    const kms = new KMSClient(aws.client("us-west-2", wrong));
    await expect(kms.send(new CreateKeyCommand({}))).rejects.toThrow(/signature/i);
  });

  test.each(["test", "000000000000"])("the well-known root key %s opens nothing", async (accessKeyId) => {
    const s3 = new S3Client(aws.client("us-west-2", { accessKeyId, secretAccessKey: "test" }));
    await expect(s3.send(new GetObjectCommand({ Bucket: "west", Key: "a/b c" }))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 403 },
    });
  });
});

describe("without a signature", () => {
  test("buckets are neither listed nor created nor configured", async () => {
    const refused = { status: 403, body: expect.stringContaining("<Code>AccessDenied</Code>") };
    const unsigned = (method: string, path: string) =>
      aws.raw("us-west-2", "s3.us-west-2.amazonaws.com", { method, path });
    expect(await unsigned("GET", "/")).toMatchObject(refused);
    expect(await unsigned("PUT", "/mine")).toMatchObject(refused);
    expect(await unsigned("DELETE", "/west?policy")).toMatchObject(refused);
  });

  test("objects are read where a bucket's policy makes them public", async () => {
    const Policy = policy({
      Effect: "Allow",
      Principal: "*",
      Action: "s3:GetObject",
      Resource: "arn:aws:s3:::east/k",
    });
    const read = () => aws.raw("us-east-1", "east.s3.us-east-1.amazonaws.com", { path: "/k" });
    expect(await read()).toMatchObject({ status: 403 });
    await east.send(new DeletePublicAccessBlockCommand({ Bucket: "east" }));
    await east.send(new PutBucketPolicyCommand({ Bucket: "east", Policy }));
    expect(await read()).toEqual({ status: 200, body: "east's" });
  });
});

describe("regions", () => {
  test("a bucket of another region answers with a redirect that names its region", async () => {
    await expect(west.send(new GetObjectCommand({ Bucket: "east", Key: "k" }))).rejects.toMatchObject({
      name: "PermanentRedirect",
      $metadata: { httpStatusCode: 301 },
    });
  });

  test("a request signed for another region is refused by S3 and by KMS, each in AWS's words", async () => {
    const s3 = new S3Client({ ...aws.client("us-east-1"), endpoint: "https://s3.us-west-2.amazonaws.com" });
    await expect(
      s3.send(new PutObjectCommand({ Bucket: "west", Key: "k", Body: "x" })),
    ).rejects.toMatchObject({
      name: "AuthorizationHeaderMalformed",
      message: expect.stringContaining("the region 'us-east-1' is wrong; expecting 'us-west-2'"),
    });
    const kms = new KMSClient({
      ...aws.client("us-east-1"),
      endpoint: "https://kms.us-west-2.amazonaws.com",
    });
    await expect(kms.send(new CreateKeyCommand({}))).rejects.toMatchObject({
      name: "InvalidSignatureException",
      message: "Credential should be scoped to a valid region.",
    });
  });

  test("a gate answers no other region's endpoint, and IAM and Route 53 only in us-east-1", async () => {
    const misdirected = { $metadata: { httpStatusCode: 421 } };
    const s3 = new S3Client(aws.client("us-east-1", rootCredentials, "us-west-2"));
    await expect(s3.send(new GetObjectCommand({ Bucket: "east", Key: "k" }))).rejects.toMatchObject(
      misdirected,
    );
    const iam = new IAMClient(aws.client("us-west-2", rootCredentials, "us-west-2"));
    const role = new CreateRoleCommand({ RoleName: "r", AssumeRolePolicyDocument: "{}" });
    await expect(iam.send(role)).rejects.toMatchObject(misdirected);
    const dns = new Route53Client(aws.client("us-west-2", rootCredentials, "us-west-2"));
    await expect(dns.send(new ListHostedZonesCommand({}))).rejects.toMatchObject(misdirected);
  });

  test("sts.amazonaws.com is answered by the region that asks", async () => {
    const sts = new STSClient({ ...aws.client("us-west-2"), endpoint: "https://sts.amazonaws.com" });
    expect(await sts.send(new GetCallerIdentityCommand())).toMatchObject({ Account: "000000000000" });
    // The gate writes down what it has answered.
    await expect
      .poll(async () => (await aws.calls("us-west-2")).at(-1))
      .toMatchObject({ action: "sts:GetCallerIdentity", status: 200 });
  });

  test("a multi-region key's replica decrypts in its own region; another region's key does not exist there", async () => {
    const here = new KMSClient(aws.client("us-east-1"));
    const there = new KMSClient(aws.client("us-west-2"));
    const { KeyMetadata: key } = await here.send(new CreateKeyCommand({ MultiRegion: true }));
    const sealed = { KeyId: key?.KeyId, Plaintext: Buffer.from("secret") };
    const { CiphertextBlob } = await here.send(new EncryptCommand(sealed));
    await expect(there.send(new DecryptCommand({ CiphertextBlob }))).rejects.toThrow();
    await there.send(new EncryptCommand(sealed)).then(
      () => expect.unreachable("a key of us-east-1 was used in us-west-2"),
      (error: Error) => expect(error.name).toBe("NotFoundException"),
    );
    await expect(there.send(new EncryptCommand({ ...sealed, KeyId: key?.Arn }))).rejects.toThrow();
    await here.send(new ReplicateKeyCommand({ KeyId: key?.KeyId, ReplicaRegion: "us-west-2" }));
    const { Plaintext } = await there.send(new DecryptCommand({ CiphertextBlob }));
    expect(Buffer.from(Plaintext ?? []).toString()).toBe("secret");
  });
});

describe("the log", () => {
  test("names every call by service, action, resource and caller, and holds no secret", async () => {
    await west.send(new HeadObjectCommand({ Bucket: "west", Key: "plus+percent%25" }));
    await expect
      .poll(async () => (await aws.calls("us-west-2")).at(-1))
      .toMatchObject({
        region: "us-west-2",
        principal: "arn:aws:iam::000000000000:root",
        accessKeyId: rootCredentials.accessKeyId,
        service: "s3",
        action: "s3:HeadObject",
        resource: "arn:aws:s3:::west/plus+percent%25",
        status: 200,
        source: expect.stringMatching(/^127\./),
      });
    expect(JSON.stringify(await aws.calls("us-west-2"))).not.toContain(rootCredentials.secretAccessKey);
  });
});

describe("us-east-1 is lost", () => {
  beforeAll(() => aws.kill("us-east-1"));

  test("buckets cannot be created or configured anywhere, within seconds", async () => {
    const gone = { name: "ServiceUnavailable", $metadata: { httpStatusCode: 503 } };
    const started = Date.now();
    const LocationConstraint = "us-west-2";
    const calls = [
      new CreateBucketCommand({ Bucket: "late", CreateBucketConfiguration: { LocationConstraint } }),
      new PutBucketVersioningCommand({ Bucket: "west", VersioningConfiguration: { Status: "Enabled" } }),
      new PutBucketTaggingCommand({ Bucket: "west", Tagging: { TagSet: [] } }),
    ];
    for (const call of calls)
      await expect(west.send(call as CreateBucketCommand)).rejects.toMatchObject(gone);
    expect(Date.now() - started).toBeLessThan(5_000);
  });

  test("objects in us-west-2 are still written and read; those of us-east-1 are reached through no gate", async () => {
    await west.send(new PutObjectCommand({ Bucket: "west", Key: "after", Body: "1" }));
    expect((await west.send(new GetObjectCommand({ Bucket: "west", Key: "after" }))).ContentLength).toBe(1);
    await expect(west.send(new GetObjectCommand({ Bucket: "east", Key: "k" }))).rejects.toMatchObject({
      name: "PermanentRedirect",
    });
    await expect(east.send(new GetObjectCommand({ Bucket: "east", Key: "k" }))).rejects.toMatchObject({
      code: "ECONNREFUSED",
    });
  });

  test("a copy cannot read from the lost region, nor a reader who brings no signature", async () => {
    await expect(
      west.send(new CopyObjectCommand({ Bucket: "west", Key: "copy", CopySource: "east/k" })),
    ).rejects.toMatchObject({ name: "ServiceUnavailable" });
    const answer = await aws.raw("us-west-2", "s3.us-west-2.amazonaws.com", { path: "/east/k" });
    expect(answer).toMatchObject({
      status: 301,
      body: expect.stringContaining("<Code>PermanentRedirect</Code>"),
    });
  });

  test("configuration works again once it heals", async () => {
    await aws.revive("us-east-1");
    await west.send(
      new PutBucketTaggingCommand({ Bucket: "west", Tagging: { TagSet: [{ Key: "a", Value: "b" }] } }),
    );
    const call = { action: "s3:PutBucketTagging", resource: "arn:aws:s3:::west", forwardedFrom: "us-west-2" };
    await expect.poll(async () => (await aws.calls("us-east-1")).at(-1)).toMatchObject(call);
  });
});
