/**
 * Every resource type and function that this provider serves.
 *
 * To add one: add its token here, run `npx tsx sandbox/providers/aws/schema/generate.ts`, write its file and
 * list that in `registry.ts`; the compiler asks for what is missing.
 */
export const resourceTokens = [
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
  "aws:iam/role:Role",
  "aws:iam/rolePolicy:RolePolicy",
  "aws:kms/alias:Alias",
  "aws:kms/key:Key",
  "aws:kms/keyPolicy:KeyPolicy",
  "aws:kms/replicaKey:ReplicaKey",
  "aws:route53/healthCheck:HealthCheck",
  "aws:route53/record:Record",
  "aws:route53/zone:Zone",
  "aws:s3/bucket:Bucket",
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
  "aws:s3/bucketObjectv2:BucketObjectv2",
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
  "aws:s3/bucketPolicy:BucketPolicy",
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
  "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  "aws:s3/bucketVersioning:BucketVersioning",
] as const;

/** A resource type's token. */
export type ResourceToken = (typeof resourceTokens)[number];

/** Functions that programs may invoke. */
export const functionTokens = [
  "aws:index/getCallerIdentity:getCallerIdentity",
  "aws:index/getPartition:getPartition",
  "aws:index/getRegion:getRegion",
] as const;

/** A function's token. */
export type FunctionToken = (typeof functionTokens)[number];
