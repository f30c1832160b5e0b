import type { Given } from "./judge.js";

const from = { bucket: "vault" };

/** A vault bucket with all its parts, as the stacks make it; each part can be replaced or left out. */
export function vault(changes: Readonly<Record<string, Given["props"] | undefined>> = {}): Given[] {
  const parts: Record<string, Given> = {
    bucket: {
      type: "aws:s3/bucket:Bucket",
      name: "vault",
      props: { bucket: "chat-virginia-customer", objectLockEnabled: true },
    },
    versioning: {
      type: "aws:s3/bucketVersioning:BucketVersioning",
      name: "versioning",
      props: { versioningConfiguration: { status: "Enabled" } },
      from,
    },
    lock: {
      type: "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
      name: "lock",
      props: { rule: { defaultRetention: { mode: "COMPLIANCE", days: 7 } } },
      from,
    },
    encryption: {
      type: "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
      name: "encryption",
      props: {
        rules: [
          { applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: "arn:key" } },
        ],
      },
      from,
    },
    closed: {
      type: "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
      name: "closed",
      props: {
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      },
      from,
    },
    policy: {
      type: "aws:s3/bucketPolicy:BucketPolicy",
      name: "policy",
      props: {
        policy: JSON.stringify({
          Statement: [{ Sid: "TlsOnly", Effect: "Deny", Principal: "*", Action: "s3:*" }],
        }),
      },
      from,
    },
  };
  return Object.entries(parts).flatMap(([part, resource]) => {
    if (!(part in changes)) return [resource];
    const props = changes[part];
    return props === undefined ? [] : [{ ...resource, props }];
  });
}
