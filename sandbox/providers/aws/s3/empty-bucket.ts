import { DeleteObjectsCommand, ListObjectVersionsCommand, type S3Client } from "@aws-sdk/client-s3";

/**
 * Removes every version of every object, past governance retention, as `forceDestroy` asks.
 *
 * @throws when S3 keeps one, for example under compliance retention
 */
export async function emptyBucket(client: S3Client, bucket: string): Promise<void> {
  for (;;) {
    // What is listed is removed, so the next page is again the first one.
    const { Versions = [], DeleteMarkers = [] } = await client.send(
      new ListObjectVersionsCommand({ Bucket: bucket }),
    );
    const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }));
    if (Objects.length === 0) return;
    const { Errors = [] } = await client.send(
      new DeleteObjectsCommand({
        Bucket: bucket,
        Delete: { Objects, Quiet: true },
        BypassGovernanceRetention: true,
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
