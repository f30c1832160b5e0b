import { S3ServiceException } from "@aws-sdk/client-s3";

import { VaultError } from "../../errors.js";

const noBucket =
  "whoever owns the store makes the bucket, with versions kept; --store says where else copies are";

/** What a failed call becomes: it names the action, the key and the store, and keeps the cause. */
export function failed(action: string, key: string, label: string, cause: unknown): VaultError {
  if (cause instanceof VaultError) return cause;
  const hint = cause instanceof S3ServiceException && cause.name === "NoSuchBucket" ? noBucket : undefined;
  return new VaultError(`${action} ${key} at ${label} failed: ${wordsOf(cause)}`, hint, { cause });
}

/** The HTTP status of a refused call. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
}

/** There is no such key, version or upload. */
export function isAbsent(error: unknown): boolean {
  return (
    error instanceof S3ServiceException &&
    ["NoSuchKey", "NotFound", "NoSuchVersion", "NoSuchUpload", "MethodNotAllowed"].includes(error.name)
  );
}

/** A key that was to be created was there; 409 is somebody else who creates it right now. */
export function isTaken(error: unknown): boolean {
  const status = statusOf(error);
  return status === 412 || status === 409;
}

function wordsOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const status = statusOf(cause);
  return `${cause.name}: ${cause.message}${status === undefined ? "" : ` (HTTP ${status})`}`;
}
