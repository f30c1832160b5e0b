import { GetObjectCommand, type GetObjectCommandOutput } from "@aws-sdk/client-s3";

import { VaultError } from "../../errors.js";
import type { S3Bucket } from "./client.js";
import { failed, isAbsent } from "./errors.js";

/** How often a broken connection is taken up again without a byte arriving in between. */
const idleResumptions = 5;

/**
 * An object's bytes. A connection that breaks in the middle is taken up where it broke, and only on the same content.
 *
 * @throws VaultError when there is no such object, it changes meanwhile, or the store does not answer
 */
export async function* readObject(
  { client, bucket, label }: S3Bucket,
  key: string,
  version?: string,
): AsyncIterable<Uint8Array> {
  let offset = 0;
  let etag: string | undefined;
  let total: number | undefined;
  for (let failures = 0; ; ) {
    const before = offset;
    try {
      const answer: GetObjectCommandOutput = await client.send(
        new GetObjectCommand({
          Bucket: bucket,
          Key: key,
          ...(version === undefined ? {} : { VersionId: version }),
          ...(etag === undefined ? {} : { IfMatch: etag }),
          ...(offset === 0 ? {} : { Range: `bytes=${offset}-` }),
        }),
      );
      etag ??= answer.ETag;
      total ??= answer.ContentLength;
      for await (const chunk of answer.Body as AsyncIterable<Uint8Array>) {
        offset += chunk.byteLength;
        yield chunk;
      }
      if (total === undefined || offset >= total) return;
    } catch (error) {
      if (isAbsent(error))
        throw new VaultError(`there is no ${key} at ${label}`, undefined, { cause: error });
      failures = offset > before ? 1 : failures + 1;
      if (failures > idleResumptions || etag === undefined) throw failed("reading", key, label, error);
      // The SDK paces requests that fail at once; a stream that broke is its caller's to pace.
      await new Promise((resolve) => setTimeout(resolve, 100 * 2 ** failures));
    }
  }
}
