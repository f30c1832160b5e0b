import {
  AbortMultipartUploadCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
  paginateListParts,
} from "@aws-sdk/client-s3";

import type { UnfinishedUpload } from "../store.js";
import type { S3Bucket } from "./client.js";
import { failed, isAbsent } from "./errors.js";

/** A part of an upload that was cut off. */
export interface StoredPart {
  readonly etag: string | undefined;
  readonly bytes: number;
  /** Base64, as S3 counts. */
  readonly sha256: string | undefined;
}

/** Uploads under a prefix that never ended. */
export async function* unfinished(
  { client, bucket, label }: S3Bucket,
  prefix: string,
): AsyncIterable<UnfinishedUpload> {
  let from: Pick<ListMultipartUploadsCommandOutput, "NextKeyMarker" | "NextUploadIdMarker"> = {};
  try {
    for (;;) {
      const page: ListMultipartUploadsCommandOutput = await client.send(
        new ListMultipartUploadsCommand({
          Bucket: bucket,
          Prefix: prefix,
          ...(from.NextKeyMarker ? { KeyMarker: from.NextKeyMarker } : {}),
          ...(from.NextUploadIdMarker ? { UploadIdMarker: from.NextUploadIdMarker } : {}),
        }),
      );
      for (const { Key, UploadId, Initiated } of page.Uploads ?? [])
        if (Key && UploadId) yield { key: Key, id: UploadId, startedAt: Initiated ?? new Date(0) };
      if (!page.IsTruncated || !page.NextKeyMarker) return;
      from = page;
    }
  } catch (error) {
    throw failed("listing unfinished uploads under", prefix, label, error);
  }
}

/** The newest unfinished upload of a key, with the parts that it has. */
export async function findUnfinished(
  at: S3Bucket,
  key: string,
): Promise<{ readonly id: string; readonly parts: ReadonlyMap<number, StoredPart> } | undefined> {
  let newest: UnfinishedUpload | undefined;
  for await (const upload of unfinished(at, key))
    if (upload.key === key && (!newest || upload.startedAt > newest.startedAt)) newest = upload;
  if (!newest) return undefined;
  const { client, bucket, label } = at;
  const parts = new Map<number, StoredPart>();
  try {
    const where = { Bucket: bucket, Key: key, UploadId: newest.id };
    for await (const page of paginateListParts({ client }, where)) {
      for (const { PartNumber, ETag, Size, ChecksumSHA256 } of page.Parts ?? [])
        if (PartNumber) parts.set(PartNumber, { etag: ETag, bytes: Size ?? 0, sha256: ChecksumSHA256 });
      // Some stores name a next part on the last page too: asking for it would never end.
      if (!page.IsTruncated) break;
    }
    return { id: newest.id, parts };
  } catch (error) {
    throw failed("listing the parts of", key, label, error);
  }
}

/** Frees an unfinished upload; one that is gone is no error. */
export async function abortUpload(
  { client, bucket, label }: S3Bucket,
  { key, id }: UnfinishedUpload,
): Promise<void> {
  try {
    await client.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId: id }));
  } catch (error) {
    if (!isAbsent(error)) throw failed("aborting the upload of", key, label, error);
  }
}
