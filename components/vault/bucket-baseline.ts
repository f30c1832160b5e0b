import * as s3 from "@pulumi/aws/s3/index.js";
import type * as pulumi from "@pulumi/pulumi";

import { lockAhead } from "../../plan/index.js";
import { everyoneBut, policyDocument } from "../identity/policy-document.js";

interface Baseline {
  readonly region: string;
  readonly bucketName: string;
  readonly bucket: s3.Bucket;
  readonly deployers: readonly string[];
  readonly breakGlass: readonly string[];
  /** ARN patterns of the principals that renew locks. @default nobody but break-glass */
  readonly lockJobs?: readonly string[];
  /** Days that a version is locked for when it is written. @default nothing is locked */
  readonly lockDays?: number;
}

/** What takes the ground from under kept data: changed by deployers and break-glass only. */
const configurationChanges = [
  "s3:DeleteBucket",
  "s3:DeleteBucketPolicy",
  "s3:PutBucketObjectLockConfiguration",
  "s3:PutBucketPolicy",
  "s3:PutBucketPublicAccessBlock",
  "s3:PutBucketVersioning",
  "s3:PutEncryptionConfiguration",
  "s3:PutLifecycleConfiguration",
  "s3:PutReplicationConfiguration",
] as const;

/** Adds what every bucket of ours has: no public access, TLS only, nobody but break-glass deletes versions. */
export function bucketBaseline(name: string, args: Baseline, parent: pulumi.Resource): void {
  const { region, bucket, deployers, breakGlass, lockJobs = [], lockDays } = args;
  const child = { parent };
  const at = { region, bucket: bucket.bucket };
  const whole = [`arn:aws:s3:::${args.bucketName}`, `arn:aws:s3:::${args.bucketName}/*`];
  const closed = new s3.BucketPublicAccessBlock(
    `${name}-closed`,
    {
      ...at,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    },
    child,
  );
  new s3.BucketOwnershipControls(
    `${name}-ownership`,
    { ...at, rule: { objectOwnership: "BucketOwnerEnforced" } },
    child,
  );
  new s3.BucketPolicy(
    `${name}-policy`,
    {
      ...at,
      policy: policyDocument([
        {
          Sid: "TlsOnly",
          Effect: "Deny",
          Principal: "*",
          Action: "s3:*",
          Resource: whole,
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
        {
          Sid: "OnlyBreakGlassDeletesVersions",
          Effect: "Deny",
          Principal: "*",
          Action: ["s3:BypassGovernanceRetention", "s3:DeleteObjectVersion"],
          Resource: whole,
          Condition: everyoneBut(breakGlass),
        },
        {
          Sid: "OnlyLockJobsRenewLocks",
          Effect: "Deny",
          Principal: "*",
          Action: "s3:PutObjectRetention",
          Resource: whole,
          Condition: everyoneBut([...lockJobs, ...breakGlass]),
        },
        {
          // Nobody shortens a lock: whoever stole a lock job's role could fill the vault for a hundred years.
          Sid: "LocksReachNoFurtherThanRenewed",
          Effect: "Deny",
          Principal: "*",
          Action: "s3:PutObjectRetention",
          Resource: whole,
          Condition: {
            ...everyoneBut(breakGlass),
            // Part of a day counts as one.
            NumericGreaterThan: {
              "s3:object-lock-remaining-retention-days": String(lockAhead(lockDays) + 1),
            },
          },
        },
        {
          Sid: "OnlyDeployersReconfigure",
          Effect: "Deny",
          Principal: "*",
          Action: configurationChanges,
          Resource: whole,
          Condition: everyoneBut([...deployers, ...breakGlass]),
        },
      ]),
    },
    // While public access is being blocked S3 answers a concurrent policy change with a conflict.
    { ...child, dependsOn: [closed] },
  );
}
