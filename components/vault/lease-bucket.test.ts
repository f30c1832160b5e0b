import { expect, test } from "vitest";

import { record } from "../testing/record.js";
import { LeaseBucket } from "./lease-bucket.js";

const recorded = await record(
  () =>
    new LeaseBucket("witness", {
      bucketName: "chat-witness-lease",
      region: "eu-west-1",
      deployers: ["arn:aws:iam::111111111111:role/deploy"],
      breakGlass: ["arn:aws:iam::111111111111:role/break-glass"],
    }),
);

test("is neither versioned, locked, replicated nor under a KMS key, and closed like every bucket", () => {
  expect(recorded.all).toEqual([
    "aws:s3/bucket:Bucket::witness-bucket",
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls::witness-ownership",
    "aws:s3/bucketPolicy:BucketPolicy::witness-policy",
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock::witness-closed",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration::witness-encryption",
  ]);
  expect(recorded.inputsOf("aws:s3/bucket:Bucket")).toEqual({
    "witness-bucket": { region: "eu-west-1", bucket: "chat-witness-lease" },
  });
  const encryption = recorded.inputsOf(
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  );
  expect(encryption["witness-encryption"]).toEqual({
    region: "eu-west-1",
    bucket: "chat-witness-lease",
    rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
  });
});
