import { CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectRetentionCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  PutObjectRetentionCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { createRole, type Statement } from "./testing/clients.js";
import { type LocalAws, startLocalAws } from "./testing/local-aws.js";
import { createBucket, replicate } from "./testing/vault.js";

const soon = { timeout: 5_000, interval: 50 };

let aws: LocalAws;
let east: S3Client;
let west: S3Client;

beforeAll(async () => {
  aws = await startLocalAws();
  east = new S3Client(aws.client("us-east-1"));
  west = new S3Client(aws.client("us-west-2"));
});
afterAll(() => aws.stop());

/** What S3's documentation asks of a replication role, for `<name>` and `<name>-replica`. */
const needed = (name: string): readonly Statement[] => [
  {
    Action: [
      "s3:GetObjectVersionForReplication",
      "s3:GetObjectVersionTagging",
      "s3:GetObjectRetention",
      "s3:GetObjectLegalHold",
    ],
    Resource: `arn:aws:s3:::${name}/*`,
  },
  { Action: ["s3:ReplicateObject", "s3:ReplicateTags"], Resource: `arn:aws:s3:::${name}-replica/*` },
];

/** A bucket in us-east-1 with a replica in us-west-2. */
async function pair(
  name: string,
  allowed: readonly Statement[],
  options: { lockDays?: number; keys?: readonly [string, string] } = {},
): Promise<void> {
  const { keys, ...lock } = options;
  await createBucket(west, `${name}-replica`, { region: "us-west-2", ...lock });
  await createBucket(east, name, { ...lock, ...(keys ? { key: keys[0] } : {}) });
  const role = await createRole(
    aws,
    `${name}-replication`,
    { Principal: { Service: "s3.amazonaws.com" }, Action: "sts:AssumeRole" },
    ...allowed,
  );
  await replicate(
    east,
    name,
    `${name}-replica`,
    role,
    keys
      ? {
          SourceSelectionCriteria: { SseKmsEncryptedObjects: { Status: "Enabled" } },
          Destination: {
            Bucket: `arn:aws:s3:::${name}-replica`,
            EncryptionConfiguration: { ReplicaKmsKeyID: keys[1] },
          },
        }
      : {},
  );
}

const put = async (Bucket: string, Key: string, Body = "x", more: object = {}) =>
  (await east.send(new PutObjectCommand({ Bucket, Key, Body, ...more }))).VersionId ?? "";
const status = async (s3: S3Client, Bucket: string, Key: string) =>
  s3.send(new HeadObjectCommand({ Bucket, Key })).then(
    ({ ReplicationStatus }) => ReplicationStatus,
    (error: Error) => error.name,
  );
const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe("a replica", () => {
  beforeAll(() => pair("plain", needed("plain")));

  test("comes after the write has answered, with the same version id, and both say where they stand", async () => {
    const VersionId = await put("plain", "k", "one", { Metadata: { a: "b" }, Tagging: "t=1" });
    expect(await status(east, "plain", "k")).toBe("PENDING");
    expect(await status(west, "plain-replica", "k")).toBe("NotFound");
    await expect.poll(() => status(east, "plain", "k"), soon).toBe("COMPLETED");
    const replica = await west.send(new GetObjectCommand({ Bucket: "plain-replica", Key: "k" }));
    expect(replica).toMatchObject({
      VersionId,
      ReplicationStatus: "REPLICA",
      Metadata: { a: "b" },
      TagCount: 1,
    });
    expect(await replica.Body?.transformToString()).toBe("one");
  });

  test("of a multipart upload has its bytes, ETag and version id", async () => {
    const params = { Bucket: "plain", Key: "parts", Body: Buffer.alloc(6 * 1024 * 1024, 1) };
    const { VersionId, ETag } = await new Upload({ client: east, params, partSize: 5 * 1024 * 1024 }).done();
    await expect.poll(() => status(west, "plain-replica", "parts"), soon).toBe("REPLICA");
    const replica = await west.send(new HeadObjectCommand({ Bucket: "plain-replica", Key: "parts" }));
    expect(replica).toMatchObject({ VersionId, ETag, ContentLength: 6 * 1024 * 1024 });
  });

  test("outlives a delete marker on its source", async () => {
    await put("plain", "deleted");
    await expect.poll(() => status(west, "plain-replica", "deleted"), soon).toBe("REPLICA");
    await east.send(new DeleteObjectCommand({ Bucket: "plain", Key: "deleted" }));
    await sleep(1_500);
    expect(await status(west, "plain-replica", "deleted")).toBe("REPLICA");
  });

  test("keeps every version, in the order of their writing", async () => {
    const written = [
      await put("plain", "many", "1"),
      await put("plain", "many", "2"),
      await put("plain", "many", "3"),
    ];
    const versions = async () => {
      const { Versions = [] } = await west.send(
        new ListObjectVersionsCommand({ Bucket: "plain-replica", Prefix: "many" }),
      );
      return Versions.map(({ VersionId }) => VersionId);
    };
    await expect.poll(versions, soon).toEqual(written.toReversed());
  });
});

describe("with Object Lock and KMS", () => {
  let keys: readonly [string, string];
  const useOfKeys = (): readonly Statement[] => [
    {
      Action: "kms:Decrypt",
      Resource: keys[0],
      Condition: { StringLike: { "kms:ViaService": "s3.us-east-1.amazonaws.com" } },
    },
    {
      Action: "kms:Encrypt",
      Resource: keys[1],
      Condition: { StringLike: { "kms:ViaService": "s3.us-west-2.amazonaws.com" } },
    },
  ];

  beforeAll(async () => {
    const [here, there] = await Promise.all(
      ["us-east-1", "us-west-2"].map((region) =>
        new KMSClient(aws.client(region)).send(new CreateKeyCommand({})),
      ),
    );
    keys = [here?.KeyMetadata?.Arn ?? "", there?.KeyMetadata?.Arn ?? ""];
  });

  test("the replica is under its own region's key and under the same lock, also when that is extended", async () => {
    await pair("vault", [...needed("vault"), ...useOfKeys()], { lockDays: 1, keys });
    const VersionId = await put("vault", "k");
    await expect.poll(() => status(west, "vault-replica", "k"), soon).toBe("REPLICA");
    const head = await west.send(new HeadObjectCommand({ Bucket: "vault-replica", Key: "k" }));
    expect(head).toMatchObject({ VersionId, SSEKMSKeyId: keys[1], ObjectLockMode: "GOVERNANCE" });
    await expect(
      west.send(new DeleteObjectCommand({ Bucket: "vault-replica", Key: "k", VersionId })),
    ).rejects.toMatchObject({ name: "AccessDenied" });

    const RetainUntilDate = new Date(Math.ceil(Date.now() / 1000) * 1000 + 9 * 86_400_000);
    const Retention = { Mode: "COMPLIANCE" as const, RetainUntilDate };
    await east.send(new PutObjectRetentionCommand({ Bucket: "vault", Key: "k", Retention }));
    const followed = async () =>
      (await west.send(new GetObjectRetentionCommand({ Bucket: "vault-replica", Key: "k" }))).Retention;
    await expect.poll(followed, soon).toEqual(Retention);
  });

  test.each([
    ["no leave to decrypt the source's key", () => [...needed("nokms"), ...useOfKeys().slice(1)], "nokms"],
    ["no leave to write replicas", () => [...needed("nowrite").slice(0, 1), ...useOfKeys()], "nowrite"],
  ])("a role with %s makes it FAILED", async (_what, allowed, name) => {
    await pair(name, allowed(), { keys });
    await put(name, "k");
    await expect.poll(() => status(east, name, "k"), soon).toBe("FAILED");
    expect(await status(west, `${name}-replica`, "k")).toBe("NotFound");
  });

  test("objects under KMS are left out by a rule that does not select them", async () => {
    await pair("unselected", needed("unselected"));
    await put("unselected", "k", "x", { ServerSideEncryption: "aws:kms", SSEKMSKeyId: keys[0] });
    expect(await status(east, "unselected", "k")).toBeUndefined();
    await sleep(1_500);
    expect(await status(west, "unselected-replica", "k")).toBe("NotFound");
  });
});

describe("a region is lost", () => {
  test("what it had not sent stays unsent until it heals, and then does not hide what was written since", async () => {
    await pair("lost", needed("lost"));
    const first = await put("lost", "k", "from the lost region");
    await aws.kill("us-east-1");
    await sleep(2_500);
    expect(await status(west, "lost-replica", "k")).toBe("NotFound");
    const { VersionId: second } = await west.send(
      new PutObjectCommand({ Bucket: "lost-replica", Key: "k", Body: "from the survivor" }),
    );
    await aws.revive("us-east-1");
    await expect.poll(() => status(east, "lost", "k"), soon).toBe("COMPLETED");
    const { Versions } = await west.send(new ListObjectVersionsCommand({ Bucket: "lost-replica" }));
    expect(Versions?.map(({ VersionId, IsLatest }) => ({ VersionId, IsLatest }))).toEqual([
      { VersionId: second, IsLatest: true },
      { VersionId: first, IsLatest: false },
    ]);
  });

  test("nothing is sent to a lost region either", async () => {
    await pair("unreached", needed("unreached"));
    await aws.kill("us-west-2");
    await put("unreached", "k");
    await sleep(2_000);
    expect(await status(east, "unreached", "k")).toBe("PENDING");
    await aws.revive("us-west-2");
    await expect.poll(() => status(west, "unreached-replica", "k"), soon).toBe("REPLICA");
  });
});
