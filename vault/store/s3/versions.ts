import {
  GetObjectRetentionCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  PutObjectRetentionCommand,
} from "@aws-sdk/client-s3";

import { VaultError } from "../../errors.js";
import type { ObjectVersion } from "../store.js";
import type { S3Bucket } from "./client.js";
import { failed } from "./errors.js";

/** Everything that ever lay under a prefix: by key, newest first, deletions among it. */
export async function* listVersions(
  { client, bucket, label }: S3Bucket,
  prefix: string,
): AsyncIterable<ObjectVersion> {
  let from: Pick<ListObjectVersionsCommandOutput, "NextKeyMarker" | "NextVersionIdMarker"> = {};
  try {
    for (;;) {
      const page: ListObjectVersionsCommandOutput = await client.send(
        new ListObjectVersionsCommand({
          Bucket: bucket,
          Prefix: prefix,
          ...(from.NextKeyMarker ? { KeyMarker: from.NextKeyMarker } : {}),
          ...(from.NextVersionIdMarker ? { VersionIdMarker: from.NextVersionIdMarker } : {}),
        }),
      );
      yield* merged(page);
      if (!page.IsTruncated || !page.NextKeyMarker) return;
      from = page;
    }
  } catch (error) {
    throw failed("listing versions under", prefix, label, error);
  }
}

/** One page lists objects and deletions apart; both are newest first within a key. */
function merged({ Versions = [], DeleteMarkers = [] }: ListObjectVersionsCommandOutput): ObjectVersion[] {
  const all = [
    ...Versions.map((one) => ({ ...one, bytes: one.Size ?? 0, deleted: false })),
    ...DeleteMarkers.map((one) => ({ ...one, bytes: 0, deleted: true })),
  ].map(
    ({ Key = "", VersionId = "", LastModified, IsLatest, bytes, deleted }): ObjectVersion => ({
      key: Key,
      version: VersionId,
      modifiedAt: LastModified ?? new Date(0),
      latest: IsLatest ?? false,
      bytes,
      deleted,
    }),
  );
  const keys = new Map<string, ObjectVersion[]>();
  for (const one of all) keys.set(one.key, [...(keys.get(one.key) ?? []), one]);
  return [...keys]
    .sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    .flatMap(([, versions]) =>
      // The sort is stable: within a second the store's own order stands, the present one first.
      versions.sort(
        (a, b) => Number(b.latest) - Number(a.latest) || b.modifiedAt.getTime() - a.modifiedAt.getTime(),
      ),
    );
}

/** Keeps a version until a date; a lock that lasts longer stays. */
export async function lockVersion(at: S3Bucket, key: string, version: string, until: Date): Promise<void> {
  const { client, bucket, label } = at;
  const present = await lockOf(at, key, version);
  if (present && present.until >= until) return;
  try {
    await client.send(
      new PutObjectRetentionCommand({
        Bucket: bucket,
        Key: key,
        VersionId: version,
        Retention: { Mode: present?.mode ?? "GOVERNANCE", RetainUntilDate: until },
      }),
    );
  } catch (error) {
    if (isBucketWithoutLocks(error))
      throw new VaultError(
        `locking ${key} failed: the bucket of ${label} was made without Object Lock, and locks nothing`,
        "a bucket is made with it: aws s3api create-bucket --object-lock-enabled-for-bucket; copies begin anew there",
        { cause: error },
      );
    throw failed("locking", key, label, error);
  }
}

/** Until when a version is locked, and how; undefined when it is not. */
export async function lockOf(
  { client, bucket, label }: S3Bucket,
  key: string,
  version: string,
): Promise<{ readonly until: Date; readonly mode: "GOVERNANCE" | "COMPLIANCE" } | undefined> {
  try {
    const where = { Bucket: bucket, Key: key, VersionId: version };
    const { Retention } = await client.send(new GetObjectRetentionCommand(where));
    return Retention?.RetainUntilDate
      ? { until: Retention.RetainUntilDate, mode: Retention.Mode ?? "GOVERNANCE" }
      : undefined;
  } catch (error) {
    if (isUnlocked(error)) return undefined;
    throw failed("reading the lock of", key, label, error);
  }
}

/** Nothing is locked: this version is not, or its bucket was made without Object Lock, which S3 and MinIO call a bad request. */
function isUnlocked(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (
    ["NoSuchObjectLockConfiguration", "ObjectLockConfigurationNotFoundError"].includes(error.name) ||
    isBucketWithoutLocks(error)
  );
}

const isBucketWithoutLocks = (error: unknown): boolean =>
  error instanceof Error &&
  error.name === "InvalidRequest" &&
  /missing Object ?Lock ?Configuration/.test(error.message);
