import { expect, test } from "vitest";

import { record } from "../testing/record.js";
import { Replication } from "./replication.js";
import { VaultBucket } from "./vault-bucket.js";

const keys = { source: "arn:aws:kms:us-east-1:1:key/mrk-1", copy: "arn:aws:kms:us-west-2:1:key/mrk-1" };
const vault = (name: string, region: string, keyArn: string) =>
  new VaultBucket(name, {
    bucketName: name,
    region,
    keyArn,
    lockDays: 1,
    noncurrentDays: 2,
    deployers: [],
    breakGlass: [],
  });
const recorded = await record(() => {
  const source = vault("source", "us-east-1", keys.source);
  const bucket = vault("isolated", "us-west-2", keys.copy);
  new Replication("copies", {
    source,
    sourceRegion: "us-east-1",
    sourceKeyArn: keys.source,
    destinations: [{ site: "isolated", bucket, keyArn: keys.copy }],
  });
});
const [source, copy] = ["arn:aws:mock:::source-bucket", "arn:aws:mock:::isolated-bucket"];

test("every object is copied, KMS objects too, under the destination's key; deletes are not", () => {
  expect(recorded.inputsOf("aws:s3/bucketReplicationConfig:BucketReplicationConfig")).toEqual({
    "copies-rules": {
      region: "us-east-1",
      bucket: "source",
      role: "arn:aws:mock:::copies-role",
      rules: [
        {
          id: "isolated",
          priority: 0,
          status: "Enabled",
          filter: {},
          deleteMarkerReplication: { status: "Disabled" },
          sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: "Enabled" } },
          destination: {
            bucket: copy,
            encryptionConfiguration: { replicaKmsKeyId: keys.copy },
            replicationTime: { status: "Enabled", time: { minutes: 15 } },
            metrics: { status: "Enabled", eventThreshold: { minutes: 15 } },
          },
        },
      ],
    },
  });
});

test("only S3 assumes the role, which reads the source and writes replicas, and nothing else", () => {
  const { "copies-role": role } = recorded.inputsOf("aws:iam/role:Role");
  expect(JSON.parse(String(role?.assumeRolePolicy)).Statement).toEqual([
    {
      Sid: "S3",
      Effect: "Allow",
      Principal: { Service: "s3.amazonaws.com" },
      Action: "sts:AssumeRole",
    },
  ]);
  const { "copies-grant": grant } = recorded.inputsOf("aws:iam/rolePolicy:RolePolicy");
  const allowed = JSON.parse(String(grant?.policy)).Statement as { Action: string[]; Resource: unknown }[];
  expect(allowed.map(({ Action, Resource }) => [Action, Resource])).toEqual([
    [["s3:GetReplicationConfiguration", "s3:ListBucket"], source],
    [
      [
        "s3:GetObjectVersionForReplication",
        "s3:GetObjectVersionAcl",
        "s3:GetObjectVersionTagging",
        "s3:GetObjectRetention",
        "s3:GetObjectLegalHold",
      ],
      `${source}/*`,
    ],
    [["s3:ReplicateObject", "s3:ReplicateTags"], [`${copy}/*`]],
    ["kms:Decrypt", keys.source],
    ["kms:Encrypt", [keys.copy]],
  ]);
});
