import { GetObjectCommand, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";

import { LeaseStoreError } from "./errors.js";
import type { LeaseStore, StoredLease } from "./store.js";

/** Arguments of `s3LeaseStore`. */
export interface S3LeaseStoreArgs {
  /**
   * Client for the witness bucket's region, made with `maxAttempts: 1`: the protocol repeats requests itself
   * and knows which repetition is safe.
   */
  readonly client: S3Client;
  readonly bucket: string;
  readonly key: string;
  /** Longest one request may take, milliseconds; the keeper gives up at its own `requestTimeout`. @default 5000 */
  readonly timeout?: number;
}

/**
 * The lease as one S3 object. Needs `s3:GetObject` and `s3:PutObject` on that key and nothing else.
 *
 * 412, 409 and, with If-Match, 404 are conflicts: S3 wrote nothing. Without `s3:ListBucket` S3 answers 403
 * for an absent key, which reads as `denied`. Everything else is an unknown outcome and rejects.
 */
export function s3LeaseStore({ client, bucket, key, timeout = 5_000 }: S3LeaseStoreArgs): LeaseStore {
  const where = { Bucket: bucket, Key: key };
  const within = (signal?: AbortSignal) => ({
    abortSignal: signal
      ? AbortSignal.any([signal, AbortSignal.timeout(timeout)])
      : AbortSignal.timeout(timeout),
  });
  const unknown = (what: string, error: unknown) =>
    new LeaseStoreError(
      `${what} s3://${bucket}/${key}: ${error instanceof Error ? `${error.name}: ${error.message}` : error}`,
      undefined,
      { cause: error },
    );
  return {
    async get(signal) {
      try {
        const { Body, ETag } = await client.send(new GetObjectCommand(where), within(signal));
        if (!Body || !ETag) throw new Error("the answer has no body or no ETag");
        return { kind: "present", etag: ETag, text: await Body.transformToString() };
      } catch (error) {
        const kind = missing(error);
        if (kind) return { kind };
        throw unknown("reading", error);
      }
    },
    async put(text, condition, signal) {
      const conditional = "ifMatch" in condition ? { IfMatch: condition.ifMatch } : { IfNoneMatch: "*" };
      const object = { ...where, ...conditional, Body: text, ContentType: "application/json" };
      try {
        const { ETag } = await client.send(new PutObjectCommand(object), within(signal));
        if (!ETag) throw new Error("the answer has no ETag");
        return { kind: "stored", etag: ETag };
      } catch (error) {
        const status = statusOf(error);
        const absent = status === 404 && "ifMatch" in condition && nameOf(error) === "NoSuchKey";
        if (status === 412 || status === 409 || absent) return { kind: "conflict" };
        throw unknown("writing", error);
      }
    },
  };
}

function missing(error: unknown): Exclude<StoredLease["kind"], "present"> | undefined {
  if (nameOf(error) === "NoSuchKey") return "absent";
  return statusOf(error) === 403 && nameOf(error) === "AccessDenied" ? "denied" : undefined;
}

function nameOf(error: unknown): string | undefined {
  return error instanceof Error ? error.name : undefined;
}

function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode;
}
