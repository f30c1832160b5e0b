import { expect, test } from "vitest";

import { record } from "../testing/record.js";
import { VaultBucket, type VaultBucketArgs } from "./vault-bucket.js";

const args: VaultBucketArgs = {
  bucketName: "chat-virginia-customer",
  region: "us-east-1",
  keyArn: "arn:aws:kms:us-east-1:111111111111:key/mrk-1",
  lockDays: 7,
  noncurrentDays: 97,
  deployers: ["arn:aws:iam::111111111111:role/deploy"],
  breakGlass: ["arn:aws:iam::111111111111:role/break-glass"],
  lockJobs: ["arn:aws:iam::111111111111:role/lock"],
};
const at = { region: "us-east-1", bucket: "chat-virginia-customer" };
const child = (name: string) => `aws:s3/${name[0]?.toLowerCase()}${name.slice(1)}:${name}`;

const recorded = await record(() => new VaultBucket("vault", args));

test("is made of these parts and no others, all of them its children", () => {
  expect(recorded.all).toEqual([
    "aws:s3/bucket:Bucket::vault-bucket",
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration::vault-lifecycle",
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration::vault-lock",
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls::vault-ownership",
    "aws:s3/bucketPolicy:BucketPolicy::vault-policy",
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock::vault-closed",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration::vault-encryption",
    "aws:s3/bucketVersioning:BucketVersioning::vault-versioning",
  ]);
  for (const { lineage, type } of recorded.resources)
    expect(lineage).toBe(`secondsite:vault:VaultBucket$${type}`);
});

test.each([
  ["Bucket", "vault-bucket", { ...at, objectLockEnabled: true }],
  ["BucketVersioning", "vault-versioning", { ...at, versioningConfiguration: { status: "Enabled" } }],
  [
    "BucketObjectLockConfiguration",
    "vault-lock",
    { ...at, rule: { defaultRetention: { mode: "COMPLIANCE", days: 7 } } },
  ],
  [
    "BucketServerSideEncryptionConfiguration",
    "vault-encryption",
    {
      ...at,
      rules: [
        {
          applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: args.keyArn },
          bucketKeyEnabled: true,
        },
      ],
    },
  ],
  [
    "BucketPublicAccessBlock",
    "vault-closed",
    {
      ...at,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    },
  ],
  ["BucketOwnershipControls", "vault-ownership", { ...at, rule: { objectOwnership: "BucketOwnerEnforced" } }],
])("%s is exactly what the vault promises", (type, name, inputs) => {
  expect(recorded.inputsOf(child(type))).toEqual({ [name]: inputs });
});

test("superseded versions go after their time; current objects never expire", () => {
  const { "vault-lifecycle": lifecycle } = recorded.inputsOf(child("BucketLifecycleConfiguration"));
  expect(lifecycle).toEqual({
    ...at,
    rules: [
      {
        id: "superseded-versions",
        status: "Enabled",
        filter: {},
        noncurrentVersionExpiration: { noncurrentDays: 97 },
        abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
      },
    ],
  });
});

test("its policy lets nobody in without TLS, nobody but break-glass delete versions, nobody but lock jobs renew locks and no further than they do, nobody but deployers reconfigure", () => {
  const { "vault-policy": policy } = recorded.inputsOf(child("BucketPolicy"));
  const Resource = ["arn:aws:s3:::chat-virginia-customer", "arn:aws:s3:::chat-virginia-customer/*"];
  const denial = { Effect: "Deny", Principal: "*", Resource };
  expect(JSON.parse(String(policy?.policy)).Statement).toEqual([
    {
      ...denial,
      Sid: "TlsOnly",
      Action: "s3:*",
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    },
    {
      ...denial,
      Sid: "OnlyBreakGlassDeletesVersions",
      Action: ["s3:BypassGovernanceRetention", "s3:DeleteObjectVersion"],
      Condition: { ArnNotLike: { "aws:PrincipalArn": args.breakGlass } },
    },
    {
      ...denial,
      Sid: "OnlyLockJobsRenewLocks",
      Action: "s3:PutObjectRetention",
      Condition: {
        ArnNotLike: { "aws:PrincipalArn": ["arn:aws:iam::111111111111:role/lock", ...args.breakGlass] },
      },
    },
    {
      ...denial,
      Sid: "LocksReachNoFurtherThanRenewed",
      Action: "s3:PutObjectRetention",
      Condition: {
        ArnNotLike: { "aws:PrincipalArn": args.breakGlass },
        NumericGreaterThan: { "s3:object-lock-remaining-retention-days": "8" },
      },
    },
    {
      ...denial,
      Sid: "OnlyDeployersReconfigure",
      Action: [
        "s3:DeleteBucket",
        "s3:DeleteBucketPolicy",
        "s3:PutBucketObjectLockConfiguration",
        "s3:PutBucketPolicy",
        "s3:PutBucketPublicAccessBlock",
        "s3:PutBucketVersioning",
        "s3:PutEncryptionConfiguration",
        "s3:PutLifecycleConfiguration",
        "s3:PutReplicationConfiguration",
      ],
      Condition: { ArnNotLike: { "aws:PrincipalArn": [...args.deployers, ...args.breakGlass] } },
    },
  ]);
});

test("every bad argument is told at once", () => {
  expect(() => new VaultBucket("vault", { ...args, lockDays: 0, noncurrentDays: 0 })).toThrow(
    'VaultBucket "vault": lockDays must be at least 1 day, got 0; noncurrentDays must exceed lockDays (0), or lifecycle would try to remove what is locked; got 0',
  );
});
