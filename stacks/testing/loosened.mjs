// The project's stacks with what the policy pack forbids, for the test that sees the pack refuse them.
import pulumi from "@pulumi/pulumi";
import { register } from "tsx/esm/api";

register();

const changes = {
  "aws:iam/role:Role": ({ assumeRolePolicy }) => ({
    assumeRolePolicy: pulumi
      .output(assumeRolePolicy)
      .apply((policy) => policy.replace("StringEquals", "StringLike")),
  }),
  "aws:kms/key:Key": () => ({ enableKeyRotation: false, deletionWindowInDays: 7 }),
  "aws:s3/bucket:Bucket": () => ({ forceDestroy: true }),
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": () => ({ restrictPublicBuckets: false }),
  "aws:s3/bucketVersioning:BucketVersioning": () => ({ versioningConfiguration: { status: "Suspended" } }),
  "kubernetes:batch/v1:CronJob": ({ spec }) => ({
    spec: pulumi.output(spec).apply((given) => ({ ...given, concurrencyPolicy: "Allow" })),
  }),
};

pulumi.runtime.registerStackTransformation(({ type, props, opts }) => {
  const change = changes[type];
  return change && { props: { ...props, ...change(props) }, opts };
});

export default (await import("../index.ts")).outputs;
