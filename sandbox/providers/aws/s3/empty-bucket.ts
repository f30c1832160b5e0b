import { DeleteObjectsCommand, ListObjectVersionsCommand, type S3Client } from "@aws-sdk/client-s3";

/** Which versions go. */
export interface Emptying {
  /** Only those of this object. @default all */
  readonly key?: string;
  /** Past governance retention, as `forceDestroy` asks. */
  readonly force: boolean;
}

/**
 * Removes every version, delete markers included.
 *
 * @throws when S3 keeps one, for example under compliance retention
 */
export async function emptyBucket(client: S3Client, bucket: string, { key, force }: Emptying): Promise<void> {
  for (;;) {
    // What is listed is removed, so the next page is again the first one.
    const { Versions = [], DeleteMarkers = [] } = await client.send(
      new ListObjectVersionsCommand({ Bucket: bucket, Prefix: key }),
    );
    const Objects = [...Versions, ...DeleteMarkers]
      .filter(({ Key }) => key === undefined || Key === key)
      .map(({ Key, VersionId }) => ({ Key, VersionId }));
    if (Objects.length === 0) return;
    const { Errors = [] } = await client.send(
      new DeleteObjectsCommand({
        Bucket: bucket,
        Delete: { Objects, Quiet: true },
        ...(force && { BypassGovernanceRetention: true }),
      }),
    );
    const [first] = Errors;
    if (first) {
      throw new Error(
        `s3 DeleteObjects: ${Errors.length} versions of ${bucket} stay; ${first.Key} (${first.VersionId}): ${first.Code}: ${first.Message}`,
      );
    }
  }
}
