import { openIdConnectProvider } from "./iam/open-id-connect-provider.js";
import { role } from "./iam/role.js";
import { rolePolicy } from "./iam/role-policy.js";
import { alias } from "./kms/alias.js";
import { key } from "./kms/key.js";
import { keyPolicy } from "./kms/key-policy.js";
import { replicaKey } from "./kms/replica-key.js";
import type { AnyResource } from "./resource.js";
import { healthCheck } from "./route53/health-check.js";
import { record } from "./route53/record.js";
import { zone } from "./route53/zone.js";
import { bucket } from "./s3/bucket.js";
import { bucketLifecycleConfiguration } from "./s3/bucket-lifecycle-configuration.js";
import { bucketObject } from "./s3/bucket-object.js";
import { bucketObjectLockConfiguration } from "./s3/bucket-object-lock-configuration.js";
import { bucketOwnershipControls } from "./s3/bucket-ownership-controls.js";
import { bucketPolicy } from "./s3/bucket-policy.js";
import { bucketPublicAccessBlock } from "./s3/bucket-public-access-block.js";
import { bucketReplicationConfig } from "./s3/bucket-replication-config.js";
import { bucketServerSideEncryptionConfiguration } from "./s3/bucket-server-side-encryption-configuration.js";
import { bucketVersioning } from "./s3/bucket-versioning.js";
import type { ResourceToken } from "./tokens.js";

const types = [
  alias,
  bucket,
  bucketLifecycleConfiguration,
  bucketObject,
  bucketObjectLockConfiguration,
  bucketOwnershipControls,
  bucketPolicy,
  bucketPublicAccessBlock,
  bucketReplicationConfig,
  bucketServerSideEncryptionConfiguration,
  bucketVersioning,
  healthCheck,
  key,
  keyPolicy,
  openIdConnectProvider,
  record,
  replicaKey,
  role,
  rolePolicy,
  zone,
] as const;

/** A token without a resource type, which must not be: the line below then fails to compile. */
type Unserved = Exclude<ResourceToken, (typeof types)[number]["token"]>;
const _complete: Unserved extends never ? true : Unserved = true;

/**
 * Every resource type by its token. Each knows its own `Args` and `State`; what reaches it has been checked
 * against them, so they are not told apart here.
 */
export const resources: ReadonlyMap<string, AnyResource> = new Map(
  types.map((type) => [type.token, type as unknown as AnyResource]),
);
