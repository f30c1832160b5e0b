import {
  DeleteBucketPolicyCommand,
  GetBucketPolicyCommand,
  PutBucketPolicyCommand,
} from "@aws-sdk/client-s3";
import type { BucketPolicyArgs, BucketPolicyState } from "@pulumi/aws/s3/bucketPolicy.js";

import { canonicalPolicy } from "../canonical.js";
import { policyDocument } from "../check/policy-document.js";
import { length } from "../check/rules.js";
import { orUndefined } from "../errors.js";
import type { ResourceType } from "../resource.js";
import { configuredBucket } from "./names.js";

/** Who may do what with a bucket. */
export const bucketPolicy = {
  token: "aws:s3/bucketPolicy:BucketPolicy",
  replaceOn: ["bucket", "region"],
  rules: [
    ...configuredBucket,
    policyDocument("policy", "resource"),
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html: 20 KB
    length("policy", 20_480),
  ],
  canonical: { policy: canonicalPolicy },

  async create(aws, { bucket, region, policy }) {
    await aws.s3(region).send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: policy }));
    return bucket;
  },

  async read(aws, id, known) {
    const found = await orUndefined(
      aws.s3(known.region).send(new GetBucketPolicyCommand({ Bucket: id })),
      "NoSuchBucket",
      "NoSuchBucketPolicy",
    );
    return found && { bucket: id, policy: found.Policy, region: known.region ?? aws.region };
  },

  async update(aws, { id, inputs: { region, policy } }) {
    await aws.s3(region).send(new PutBucketPolicyCommand({ Bucket: id, Policy: policy }));
  },

  async delete(aws, id, { region }) {
    await orUndefined(
      aws.s3(region).send(new DeleteBucketPolicyCommand({ Bucket: id })),
      "NoSuchBucket",
      "NoSuchBucketPolicy",
    );
  },
} as const satisfies ResourceType<BucketPolicyArgs, BucketPolicyState>;
