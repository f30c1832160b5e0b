import * as s3 from "@pulumi/aws/s3/index.js";
import * as pulumi from "@pulumi/pulumi";

import { bucketBaseline } from "./bucket-baseline.js";

/** Where the leases live. */
export interface LeaseBucketArgs {
  readonly bucketName: string;
  /** A failure domain of its own: neither the primary's nor the standby's region. */
  readonly region: string;
  readonly deployers: readonly string[];
  readonly breakGlass: readonly string[];
}

/**
 * The witness: a bucket whose one object per dataset says who may write.
 *
 * Neither versioned, replicated nor locked, and encrypted with S3's own key: an old version is worthless, a copy
 * would be a second truth, and a regional KMS outage must not stop renewals.
 */
export class LeaseBucket extends pulumi.ComponentResource {
  readonly bucketName: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: LeaseBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    super("secondsite:vault:LeaseBucket", name, args, opts);
    const { region, bucketName } = args;
    const bucket = new s3.Bucket(`${name}-bucket`, { region, bucket: bucketName }, { parent: this });
    new s3.BucketServerSideEncryptionConfiguration(
      `${name}-encryption`,
      {
        region,
        bucket: bucket.bucket,
        rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
      },
      { parent: this },
    );
    bucketBaseline(name, { ...args, bucket }, this);
    this.bucketName = bucket.bucket;
    this.arn = bucket.arn;
    this.registerOutputs({ bucketName: this.bucketName, arn: this.arn });
  }
}
