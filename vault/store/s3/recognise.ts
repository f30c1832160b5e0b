import { createHash } from "node:crypto";
import { HeadObjectCommand, S3ServiceException } from "@aws-sdk/client-s3";

import type { S3Bucket } from "./client.js";
import { readObject } from "./read.js";

/** What was sent, as it has to lie there. */
export interface Sent {
  readonly bytes: number;
  /** SHA-256 of all of it, hexadecimal. */
  readonly sha256: string;
  /** SHA-256 as S3 counts it, where the store may tell it by itself. */
  readonly checksum?: string;
}

/** Whether a write that failed may have been done all the same: its answer was lost, or that of an earlier try. */
export function mayBeDone(error: unknown): boolean {
  if (!(error instanceof S3ServiceException)) return true;
  const { httpStatusCode = 500, attempts = 1 } = error.$metadata;
  return httpStatusCode >= 500 || attempts > 1;
}

/** Whether an object is what was sent, by size and checksum; read back where the store does not tell the checksum. */
export async function liesThere(at: S3Bucket, key: string, sent: Sent): Promise<boolean> {
  try {
    const where = { Bucket: at.bucket, Key: key };
    const found = await at.client.send(new HeadObjectCommand({ ...where, ChecksumMode: "ENABLED" }));
    if (found.ContentLength !== sent.bytes) return false;
    if (sent.checksum !== undefined && found.ChecksumSHA256 === sent.checksum) return true;
    const hash = createHash("sha256");
    for await (const chunk of readObject(at, key)) hash.update(chunk);
    return hash.digest("hex") === sent.sha256;
  } catch {
    // Why the write failed says more than why nobody can look now.
    return false;
  }
}
