import type { Site, StoreProvider } from "../schema/index.js";
import { storeProviderOf } from "../sites.js";

/**
 * What each provider's object store can do, as far as its own documentation says so: each fact with its address, the
 * day it was read and the phrase that states it. What nobody states is `unknown`, and counts as not supported.
 */

/** What a store can or cannot do. */
export type Capability =
  /** Overwritten and deleted objects stay as versions. */
  | "versioning"
  /** S3's Object Lock: nobody can delete or overwrite a locked version. */
  | "object-lock"
  /** A bucket locks what is put into it, asked or not: tools that set no lock themselves need it. */
  | "default-retention"
  /** The store copies to a bucket in another region by itself. */
  | "replication"
  /** Encrypts with a key that a key service holds. */
  | "kms"
  /** Refuses to overwrite (`If-None-Match: *`): numbered manifests need it. */
  | "create-only"
  /** Overwrites only what was read (`If-Match`): a lease needs it. */
  | "replace-only"
  /** Compares what it received with a checksum of the sender. */
  | "checksums"
  /** Removes old versions by rule. */
  | "lifecycle";

/** One fact about one store. */
export interface Fact {
  readonly support: "yes" | "no" | "unknown";
  /** Where it is stated. Absent only where nothing was found. */
  readonly address?: string;
  /** Day on which the address was read. */
  readonly read?: string;
  /** What it says there. */
  readonly phrase?: string;
}

const first = "2026-11-21";
const second = "2026-11-28";
const from = (address: string, read = first) => {
  const fact = (support: "yes" | "no") => (phrase: string) => ({ support, address, read, phrase }) as const;
  return { yes: fact("yes"), no: fact("no") };
};
const unknown = { support: "unknown" } as const;

const s3Lock = from("https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html");
const s3LockManaging = from(
  "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html",
);
const s3Conditions = from("https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html");
// Amazon's own documentation, in its edition for China: the other's pages could not be had.
const s3Replication = from(
  "https://docs.amazonaws.cn/AmazonS3/latest/API/API_PutBucketReplication.html",
  second,
);
const s3Encryption = from(
  "https://docs.amazonaws.cn/en_us/AmazonS3/latest/userguide/replication-config-for-kms-objects.md",
  second,
);
const s3Checksums = from("https://docs.aws.amazon.com/sdkref/latest/guide/feature-dataintegrity.html");
const r2Api = from("https://developers.cloudflare.com/r2/api/s3/api/", second);
const r2Extensions = from("https://developers.cloudflare.com/r2/api/s3/extensions/", second);
const spaces = from("https://docs.digitalocean.com/products/spaces/reference/s3-compatibility/", second);
// An older table of the same documentation, which lists what is missing too.
const spacesApi = from("https://docs.digitalocean.com/reference/api/spaces-api/", second);
const hetznerDocs = "https://docs.hetzner.com/storage/object-storage";
const hetzner = from(`${hetznerDocs}/supported-actions/`, second);
const hetznerVersions = from(`${hetznerDocs}/howto-protect-objects/protect-versioning`, second);
// The copy that could be read ends after these words; the command that follows them could not be seen.
const hetznerRetention = from(`${hetznerDocs}/howto-protect-objects/protect-object-lock-retention`, second);
const linodeGuides = "https://www.linode.com/docs/products/storage/object-storage/guides";
const linodeVersions = from(`${linodeGuides}/versioning/`, second);
const linodeLock = from(
  "https://techdocs.akamai.com/cloud-computing/docs/protect-data-with-object-lock",
  second,
);
const linodeLifecycle = from(`${linodeGuides}/lifecycle-policies/`, second);
const vultr = from(
  "https://docs.vultr.com/products/storage/object-storage/archival-storage/manage-lifecycle-policies",
  second,
);
const minioLock = from("https://docs.min.io/docs/minio-bucket-object-lock-guide.html");
const minioReplication = from(
  "https://min.io/docs/minio/linux/administration/bucket-replication/bucket-replication-requirements.html",
);
const minioKms = from("https://github.com/minio/minio/blob/master/docs/kms/README.md");
const minioConditions = from(
  "https://blog.min.io/leading-the-way-minios-conditional-write-feature-for-modern-data-workloads/",
);
const minioQuorum = from("https://github.com/minio/minio/issues/21603");
const minioApi = from("https://docs.min.io/community/minio-object-store/reference/s3-api-compatibility.html");

export const stores: Readonly<Record<StoreProvider, Readonly<Record<Capability, Fact>>>> = {
  aws: {
    versioning: s3LockManaging.yes(
      "After you enable Object Lock on a bucket, you can't disable Object Lock or suspend versioning for that bucket.",
    ),
    "object-lock": s3Lock.yes(
      "S3 Object Lock can help prevent Amazon S3 objects from being deleted or overwritten for a fixed amount of time or indefinitely.",
    ),
    "default-retention": s3Lock.yes("Additionally, you can set a default retention period on an S3 bucket."),
    replication: s3Replication.yes(
      "In the replication configuration, you provide the name of the destination bucket or buckets where you want Amazon S3 to replicate objects",
    ),
    kms: s3Encryption.yes(
      "Amazon S3 supports the following types of server-side encryption: Server-side encryption with Amazon Key Management Service (Amazon KMS) keys (SSE-KMS)",
    ),
    "create-only": s3Conditions.yes(
      "The If-None-Match header prevents overwrites of existing data by validating that there's not an object with the same key name already in your bucket.",
    ),
    "replace-only": s3Conditions.yes(
      "With this header, Amazon S3 compares the provided ETag value with the ETag value of the object in S3. If the ETag values don't match, the operation fails.",
    ),
    checksums: s3Checksums.yes(
      "Amazon S3 independently calculates a checksum on the server side and validates it against the provided value before durably storing the object and its checksum in the object's metadata.",
    ),
    lifecycle: s3LockManaging.yes("Managing S3 Lifecycle policies with Object Lock"),
  },
  cloudflare: {
    versioning: r2Api.no("Unimplemented bucket-level operations: PutBucketVersioning"),
    // Its bucket locks are another interface, which whoever may configure the bucket can lift; without versions they
    // also stop the tools that overwrite their own index.
    "object-lock": r2Api.no("Unimplemented bucket-level operations: PutObjectLockConfiguration"),
    "default-retention": r2Api.no("Unimplemented bucket-level operations: PutObjectLockConfiguration"),
    replication: r2Api.no("Unimplemented bucket-level operations: PutBucketReplication"),
    kms: r2Api.no("PutObject: ❌ SSE: ❌ x-amz-server-side-encryption-aws-kms-key-id"),
    "create-only": r2Extensions.yes(
      "PutObject supports conditional uploads via the If-Match, If-None-Match, If-Modified-Since, and If-Unmodified-Since headers.",
    ),
    "replace-only": r2Extensions.yes(
      "These headers will cause the PutObject operation to be rejected with 412 PreconditionFailed error codes when the preceding state of the object that is being written to does not match the specified conditions.",
    ),
    checksums: r2Api.yes("Checksums have an algorithm and a type."),
    lifecycle: r2Api.yes("Implemented bucket-level operations: PutBucketLifecycleConfiguration"),
  },
  digitalocean: {
    versioning: spaces.yes("Bucket Versioning: Supported only through the API"),
    "object-lock": unknown,
    "default-retention": unknown,
    replication: spacesApi.no("Bucket Replication: No"),
    kms: spaces.no("Bucket-level encryption settings are not supported."),
    "create-only": unknown,
    "replace-only": unknown,
    checksums: unknown,
    lifecycle: spaces.yes(
      "Bucket Lifecycle: Supported for time-based expiration and removing incomplete multipart uploads.",
    ),
  },
  hetzner: {
    versioning: hetznerVersions.yes(
      "To protect your objects from getting deleted by accident, you can use Versioning.",
    ),
    "object-lock": hetzner.yes("Create: Only these Headers: x-amz-bucket-object-lock-enabled, x-amz-acl"),
    "default-retention": hetznerRetention.yes(
      "Set retention. You can set the mode to: GOVERNANCE or COMPLIANCE. MinIO Client: Default for new objects",
    ),
    replication: hetzner.no("Replication: Not supported"),
    kms: hetzner.no("Encryption: Only this encryption type: SSE-C"),
    "create-only": unknown,
    "replace-only": unknown,
    checksums: unknown,
    lifecycle: hetznerVersions.yes(
      "Once Versioning is enabled, you can setup lifecycle policies to automatically delete old versions after a set time period.",
    ),
  },
  linode: {
    versioning: linodeVersions.yes("versioning is natively supported within our Object Storage service"),
    "object-lock": linodeLock.yes("Object lock is supported on all endpoint types (E0-E3)."),
    "default-retention": unknown,
    replication: unknown,
    kms: unknown,
    "create-only": unknown,
    "replace-only": unknown,
    checksums: unknown,
    lifecycle: linodeLifecycle.yes(
      "NoncurrentVersionExpiration block, and its child, NoncurrentDays. These are used to control the lifecycle of objects with multiple older versions",
    ),
  },
  minio: {
    versioning: minioLock.yes("Object locking requires versioning and enables the feature implicitly."),
    "object-lock": minioLock.yes(
      "MinIO Object Locking (“Object Retention”) enforces Write-Once Read-Many (WORM) immutability to protect versioned objects from deletion.",
    ),
    "default-retention": minioLock.yes("You can then configure object retention rules at any time."),
    replication: minioReplication.yes(
      "Bucket replication uses rules to synchronize the contents of a bucket on one MinIO deployment to a bucket on a remote MinIO deployment.",
    ),
    kms: minioKms.yes("MinIO uses a key-management-system (KMS) to support SSE-S3."),
    // What overwrites one all the same, without a quorum, leaves the old version in a bucket that is versioned.
    "create-only": minioConditions.yes(
      "While AWS only supports the If-None-Match condition, MinIO supports both If-None-Match and If-Match, providing a more complete implementation of RFC 7232.",
    ),
    // Its own words promise it too. Pull request 21653 mends this, a week after the last release of its community
    // edition (RELEASE.2025-10-15T17-29-55Z): a lease must not rest on which build somebody has.
    "replace-only": minioQuorum.no(
      "A conditional put with if-match is accepted if read quorum can't be reached",
    ),
    checksums: unknown,
    lifecycle: minioApi.yes("Bucket lifecycle"),
  },
  vultr: {
    versioning: vultr.yes(
      "Buckets with versioning enabled — or that previously had versioning enabled — are not eligible for Archival Storage.",
    ),
    "object-lock": unknown,
    "default-retention": unknown,
    replication: unknown,
    kms: unknown,
    "create-only": unknown,
    "replace-only": unknown,
    checksums: unknown,
    // Moves to its archive are documented; removal by age is not.
    lifecycle: unknown,
  },
};

/** What is known of a capability of the store at a site; a directory or a medium has none. */
export function factOf(site: Site, capability: Capability): Fact {
  const provider = storeProviderOf(site);
  return provider ? stores[provider][capability] : { support: "no" };
}

/** Whether the store at a site has a capability for certain. */
export const supports = (site: Site, capability: Capability): boolean =>
  factOf(site, capability).support === "yes";

/** Whether the store at `source` copies to the one at `target` by itself: both are the same provider's. */
export function replicates(source: Site, target: Site): boolean {
  const provider = storeProviderOf(source);
  return provider !== undefined && provider === storeProviderOf(target) && supports(source, "replication");
}

/** A fact with its source, for the arithmetic of a finding. */
export function quoted({ support, address, read, phrase }: Fact): string {
  return address && phrase
    ? `"${phrase}" (${address}, ${read})`
    : `${support}: no statement found, which counts as no`;
}
