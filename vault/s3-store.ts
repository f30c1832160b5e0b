import {
  GetObjectCommand,
  NoSuchKey,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";

import { VaultError } from "./errors.js";
import type { ObjectStore } from "./object-store.js";

/** Which bucket. */
export interface S3StoreOptions {
  readonly bucket: string;
  readonly region: string;
}

/** A bucket on AWS S3. Credentials come from the environment (web identity in a Pod). */
export function s3Store({ bucket, region }: S3StoreOptions): ObjectStore {
  // Bounded, so that a region that is gone is given up within seconds instead of minutes.
  const client = new S3Client({
    region,
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 3_000, requestTimeout: 20_000 },
  });
  const label = `s3://${bucket} (${region})`;
  const failed = (action: string, key: string, cause: unknown) =>
    new VaultError(
      `${action} ${key} at ${label} failed: ${cause instanceof Error ? `${cause.name}: ${cause.message}` : cause}`,
      undefined,
      { cause },
    );
  return {
    label,
    async get(key) {
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        return await Body?.transformToByteArray();
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        throw failed("reading", key, error);
      }
    },
    async create(key, body) {
      try {
        await client.send(
          new PutObjectCommand({
            Bucket: bucket,
            Key: key,
            Body: body,
            IfNoneMatch: "*",
            ChecksumAlgorithm: "SHA256",
          }),
        );
        return true;
      } catch (error) {
        // 409 is a concurrent conditional write: somebody else is creating the same key right now.
        const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
        if (status === 412 || status === 409) return false;
        throw failed("writing", key, error);
      }
    },
    async *list(prefix) {
      try {
        for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix }))
          for (const { Key, Size, LastModified } of page.Contents ?? [])
            if (Key) yield { key: Key, bytes: Size ?? 0, modifiedAt: LastModified ?? new Date(0) };
      } catch (error) {
        throw failed("listing", prefix, error);
      }
    },
    async folders(prefix) {
      try {
        const found: string[] = [];
        const query = { Bucket: bucket, Prefix: prefix, Delimiter: "/" };
        for await (const { CommonPrefixes = [] } of paginateListObjectsV2({ client }, query))
          for (const { Prefix } of CommonPrefixes) if (Prefix) found.push(Prefix.slice(prefix.length, -1));
        return found;
      } catch (error) {
        throw failed("listing", prefix, error);
      }
    },
  };
}
