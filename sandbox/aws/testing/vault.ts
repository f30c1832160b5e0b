import {
  CreateBucketCommand,
  PutBucketEncryptionCommand,
  PutBucketReplicationCommand,
  PutBucketVersioningCommand,
  PutObjectLockConfigurationCommand,
  type ReplicationRule,
  type S3Client,
} from "@aws-sdk/client-s3";

/** What a bucket for a test is made with. */
export interface BucketOptions {
  /** @default us-east-1 */
  readonly region?: string;
  /** Default retention in days; Object Lock is off without it. */
  readonly lockDays?: number;
  /** @default GOVERNANCE */
  readonly lockMode?: "GOVERNANCE" | "COMPLIANCE";
  /** KMS key of the bucket's default encryption. */
  readonly key?: string;
}

/** Creates a versioned bucket. */
export async function createBucket(s3: S3Client, Bucket: string, options: BucketOptions = {}): Promise<void> {
  const { region = "us-east-1", lockDays, lockMode = "GOVERNANCE", key } = options;
  await s3.send(
    new CreateBucketCommand({
      Bucket,
      ...(lockDays === undefined ? {} : { ObjectLockEnabledForBucket: true }),
      ...(region === "us-east-1"
        ? {}
        : { CreateBucketConfiguration: { LocationConstraint: region as "us-west-2" } }),
    }),
  );
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }));
  if (lockDays !== undefined) {
    const DefaultRetention = { Mode: lockMode, Days: lockDays };
    await s3.send(
      new PutObjectLockConfigurationCommand({
        Bucket,
        ObjectLockConfiguration: { ObjectLockEnabled: "Enabled", Rule: { DefaultRetention } },
      }),
    );
  }
  if (key !== undefined) {
    const ApplyServerSideEncryptionByDefault = { SSEAlgorithm: "aws:kms" as const, KMSMasterKeyID: key };
    await s3.send(
      new PutBucketEncryptionCommand({
        Bucket,
        ServerSideEncryptionConfiguration: { Rules: [{ ApplyServerSideEncryptionByDefault }] },
      }),
    );
  }
}

/** Replicates a bucket by one rule; `rule` adds to it. */
export async function replicate(
  s3: S3Client,
  Bucket: string,
  destination: string,
  Role: string,
  rule: Partial<ReplicationRule> = {},
): Promise<void> {
  await s3.send(
    new PutBucketReplicationCommand({
      Bucket,
      ReplicationConfiguration: {
        Role,
        Rules: [
          {
            ID: "all",
            Priority: 1,
            Status: "Enabled",
            Filter: { Prefix: "" },
            DeleteMarkerReplication: { Status: "Disabled" },
            ...rule,
            Destination: { Bucket: `arn:aws:s3:::${destination}`, ...rule.Destination },
          },
        ],
      },
    }),
  );
}
