import type { PolicyResource, StackValidationPolicy } from "@pulumi/policy";

import { ofType, type Properties, partOf } from "../resources.js";

/** The lease's bucket is the one that must have none of it: see its component. */
const isLease = ({ urn }: PolicyResource) => urn.includes("secondsite:vault:LeaseBucket$");

/** What recovery points are stored in is versioned, locked and encrypted under a KMS key. */
export const vaultProtected: StackValidationPolicy = {
  name: "vault-protected",
  description: "Buckets for recovery points are versioned, locked and encrypted by KMS.",
  severity: "critical",
  validateStack: (stack, report) => {
    for (const bucket of ofType(stack, "aws:s3/bucket:Bucket").filter((each) => !isLease(each))) {
      const part = (type: string) => partOf(stack, bucket, type);
      const wrong = [
        !isVersioned(part("aws:s3/bucketVersioning:BucketVersioning")) &&
          'is not versioned: set BucketVersioning\'s status to "Enabled"',
        !isLocked(bucket.props, part("aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration")) &&
          'is not locked: set objectLockEnabled and a default retention in mode "COMPLIANCE"',
        !isEncrypted(
          part("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"),
        ) && 'is not encrypted by KMS: set sseAlgorithm "aws:kms" and kmsMasterKeyId',
      ];
      for (const problem of wrong) if (problem) report(`bucket "${bucket.name}" ${problem}`, bucket.urn);
    }
  },
};

function isVersioned(versioning: Properties | undefined): boolean {
  const { status } = (versioning?.versioningConfiguration ?? {}) as { status?: string };
  return status === "Enabled";
}

function isLocked(bucket: Properties, lock: Properties | undefined): boolean {
  const { defaultRetention } = (lock?.rule ?? {}) as {
    defaultRetention?: { mode?: string; days?: number; years?: number };
  };
  const { mode, days = 0, years = 0 } = defaultRetention ?? {};
  return bucket.objectLockEnabled === true && mode === "COMPLIANCE" && days + years > 0;
}

function isEncrypted(encryption: Properties | undefined): boolean {
  const [rule] = (encryption?.rules ?? []) as readonly {
    applyServerSideEncryptionByDefault?: { sseAlgorithm?: string; kmsMasterKeyId?: string };
  }[];
  const { sseAlgorithm, kmsMasterKeyId } = rule?.applyServerSideEncryptionByDefault ?? {};
  return sseAlgorithm === "aws:kms" && Boolean(kmsMasterKeyId);
}
