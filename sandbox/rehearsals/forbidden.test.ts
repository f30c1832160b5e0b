import { expect, test } from "vitest";

import { needsControlPlane } from "./forbidden.js";

test.each([
  ["iam", "iam:GetRole"],
  ["route53", "route53:ChangeResourceRecordSets"],
  ["s3", "s3:CreateBucket"],
  ["s3", "s3:PutBucketPolicy"],
  ["s3", "s3:DeleteBucketLifecycleConfiguration"],
  ["s3", "s3:PutPublicAccessBlock"],
  ["s3", "s3:PutObjectLockConfiguration"],
])("taking over may not call %s: %s", (service, action) => {
  expect(needsControlPlane({ service, action })).toBe(true);
});

test.each([
  ["s3", "s3:GetObject"],
  ["s3", "s3:PutObject"],
  ["s3", "s3:PutObjectRetention"],
  ["s3", "s3:ListObjectsV2"],
  ["kms", "kms:Decrypt"],
  ["sts", "sts:AssumeRoleWithWebIdentity"],
])("but it lives on %s: %s", (service, action) => {
  expect(needsControlPlane({ service, action })).toBe(false);
});
