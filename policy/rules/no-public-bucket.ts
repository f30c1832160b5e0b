import type { StackValidationPolicy } from "@pulumi/policy";

import { configures, ofType, partOf, statementsOf } from "../resources.js";

const blocks = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"];

/** Every bucket blocks public access in all four ways, and no bucket policy allows everybody. */
export const noPublicBucket: StackValidationPolicy = {
  name: "no-public-bucket",
  description: "Buckets are closed to the public.",
  severity: "critical",
  validateStack: (stack, report) => {
    for (const bucket of ofType(stack, "aws:s3/bucket:Bucket")) {
      const closed = partOf(stack, bucket, "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock");
      const open = blocks.filter((block) => closed?.[block] !== true);
      if (open.length > 0)
        report(
          closed
            ? `bucket "${bucket.name}" lets the public in: set ${open.join(", ")} to true`
            : `bucket "${bucket.name}" has no BucketPublicAccessBlock; add one with ${blocks.join(", ")}`,
          bucket.urn,
        );
      for (const policy of ofType(stack, "aws:s3/bucketPolicy:BucketPolicy")) {
        if (!configures(policy, bucket)) continue;
        for (const { Sid = "(no Sid)" } of statementsOf(policy.props.policy).filter(allowsEverybody))
          report(`policy of bucket "${bucket.name}" allows everybody in statement "${Sid}"`, policy.urn);
      }
    }
  },
};

function allowsEverybody({ Effect, Principal }: { readonly Effect?: string; readonly Principal?: unknown }) {
  const everybody = (given: unknown) => given === "*" || (Array.isArray(given) && given.includes("*"));
  return (
    Effect === "Allow" &&
    (everybody(Principal) || everybody((Principal as { AWS?: unknown } | undefined)?.AWS))
  );
}
