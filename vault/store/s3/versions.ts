import {
  GetObjectRetentionCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  PutObjectRetentionCommand,
} from "@aws-sdk/client-s3";

import { locksNothing } from "../capabilities.js";
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
  const found = await lockOf(at, key, version);
  if (found === "never") throw locksNothing(label);
  const present = found === "none" ? undefined : found;
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
    throw failed("locking", key, label, error);
  }
}

/** Until when a version is locked, and how; `none` when it is not, `never` where its bucket was made without locks. */
export async function lockOf(
  { client, bucket, label }: S3Bucket,
  key: string,
  version: string,
): Promise<{ readonly until: Date; readonly mode: "GOVERNANCE" | "COMPLIANCE" } | "none" | "never"> {
  try {
    const where = { Bucket: bucket, Key: key, VersionId: version };
    const { Retention } = await client.send(new GetObjectRetentionCommand(where));
    return Retention?.RetainUntilDate
      ? { until: Retention.RetainUntilDate, mode: Retention.Mode ?? "GOVERNANCE" }
      : "none";
  } catch (error) {
    if (isBucketWithoutLocks(error)) return "never";
    if (error instanceof Error && error.name === "NoSuchObjectLockConfiguration") return "none";
    throw failed("reading the lock of", key, label, error);
  }
}

/** S3 and MinIO call it a bad request. */
const isBucketWithoutLocks = (error: unknown): boolean =>
  error instanceof Error &&
  (error.name === "ObjectLockConfigurationNotFoundError" ||
    (error.name === "InvalidRequest" && /missing Object ?Lock ?Configuration/.test(error.message)));
