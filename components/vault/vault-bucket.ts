import * as s3 from "@pulumi/aws/s3/index.js";
import * as pulumi from "@pulumi/pulumi";

import { rejectInvalid } from "../errors.js";
import { bucketBaseline } from "./bucket-baseline.js";

/** What a vault bucket keeps and for how long nobody can take it away. */
export interface VaultBucketArgs {
  /** Name of the bucket; a function of the plan. */
  readonly bucketName: string;
  readonly region: string;
  /** Key that encrypts what is stored, in the same region. */
  readonly keyArn: pulumi.Input<string>;
  /** Days during which no version can be deleted or its retention shortened, not even by the account's root. */
  readonly lockDays: number;
  /** Days after which versions that nothing points at any more are removed; more than `lockDays`. */
  readonly noncurrentDays: number;
  /** ARN patterns of the principals that may change the bucket's configuration. */
  readonly deployers: readonly string[];
  /** ARN patterns of the principals that may delete versions once their lock has expired. */
  readonly breakGlass: readonly string[];
  /** ARN patterns of the principals that renew locks on what is kept. @default nobody but break-glass */
  readonly lockJobs?: readonly string[];
}

/** A bucket for recovery points: versioned, locked, encrypted under its category's key, closed to the public. */
export class VaultBucket extends pulumi.ComponentResource {
  readonly bucketName: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;
  /** Settles once the bucket is versioned; replication needs that. */
  readonly versioned: s3.BucketVersioning;

  constructor(name: string, args: VaultBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    rejectInvalid(`VaultBucket "${name}"`, {
      lockDays: !(args.lockDays >= 1) && `must be at least 1 day, got ${args.lockDays}`,
      noncurrentDays:
        args.noncurrentDays <= args.lockDays &&
        `must exceed lockDays (${args.lockDays}), or lifecycle would try to remove what is locked; got ${args.noncurrentDays}`,
    });
    super("secondsite:vault:VaultBucket", name, args, opts);
    const { region, bucketName } = args;
    const child = { parent: this };
    const bucket = new s3.Bucket(
      `${name}-bucket`,
      { region, bucket: bucketName, objectLockEnabled: true },
      child,
    );
    const at = { region, bucket: bucket.bucket };
    this.versioned = new s3.BucketVersioning(
      `${name}-versioning`,
      { ...at, versioningConfiguration: { status: "Enabled" } },
      child,
    );
    new s3.BucketObjectLockConfiguration(
      `${name}-lock`,
      { ...at, rule: { defaultRetention: { mode: "COMPLIANCE", days: args.lockDays } } },
      { ...child, dependsOn: [this.versioned] },
    );
    new s3.BucketServerSideEncryptionConfiguration(
      `${name}-encryption`,
      {
        ...at,
        rules: [
          {
            applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: args.keyArn },
            bucketKeyEnabled: true,
          },
        ],
      },
      child,
    );
    new s3.BucketLifecycleConfiguration(
      `${name}-lifecycle`,
      {
        ...at,
        rules: [
          {
            // Current objects never expire here: the tool that owns the repository decides what it still needs.
            id: "superseded-versions",
            status: "Enabled",
            filter: {},
            noncurrentVersionExpiration: { noncurrentDays: args.noncurrentDays },
            abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
          },
        ],
      },
      { ...child, dependsOn: [this.versioned] },
    );
    bucketBaseline(name, { ...args, bucket }, this);
    this.bucketName = bucket.bucket;
    this.arn = bucket.arn;
    this.registerOutputs({ bucketName: this.bucketName, arn: this.arn });
  }
}
