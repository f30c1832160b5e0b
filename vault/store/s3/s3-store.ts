import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  type ListObjectsV2CommandOutput,
  paginateListObjectsV2,
} from "@aws-sdk/client-s3";

import { VaultError } from "../../errors.js";
import { type Capability, needs } from "../capabilities.js";
import { s3Fetch } from "../plain-fetch.js";
import type { Store } from "../store.js";
import { type S3StoreOptions, s3Bucket } from "./client.js";
import { failed, isAbsent, isTaken } from "./errors.js";
import { probeBucket } from "./probe.js";
import { readObject } from "./read.js";
import { abortUpload, unfinished } from "./unfinished.js";
import { putWhole, uploadObject } from "./upload.js";
import { listVersions, lockOf, lockVersion } from "./versions.js";

const bytesOf = (body: string | Uint8Array) => (typeof body === "string" ? Buffer.from(body) : body);

/** A bucket on AWS S3, or on a store that speaks its protocol. */
export function s3Store(options: S3StoreOptions): Store {
  const at = s3Bucket(options);
  const { client, bucket, label, declared } = at;
  const need = (capability: Capability, what: string) => needs(declared, capability, label, what);
  const versioned = (version?: string) => (version === undefined ? {} : { VersionId: version });
  const get = async (key: string, version?: string) => {
    try {
      const { Body } = await client.send(
        new GetObjectCommand({ Bucket: bucket, Key: key, ...versioned(version) }),
      );
      return await Body?.transformToByteArray();
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw failed("reading", key, label, error);
    }
  };
  return {
    label,
    declared,
    plainFetch: s3Fetch(options),
    probe: () => probeBucket(at),
    get: (key) => get(key),
    getVersion: (key, version) => get(key, version),
    async create(key, body) {
      need("conditional-create", `creating ${key}`);
      try {
        await putWhole(at, key, bytesOf(body), { createOnly: true });
        return true;
      } catch (error) {
        if (error instanceof VaultError && isTaken(error.cause)) return false;
        throw error;
      }
    },
    put: (key, body) => putWhole(at, key, bytesOf(body), { createOnly: false }),
    async head(key, version) {
      try {
        const found = await client.send(
          new HeadObjectCommand({ Bucket: bucket, Key: key, ...versioned(version) }),
        );
        return { key, bytes: found.ContentLength ?? 0, modifiedAt: found.LastModified ?? new Date(0) };
      } catch (error) {
        if (isAbsent(error)) return undefined;
        throw failed("looking at", key, label, error);
      }
    },
    read: (key, version) => readObject(at, key, version),
    async upload(key, source, options = {}) {
      if (options.createOnly ?? true) need("conditional-create", `creating ${key}`);
      return uploadObject(at, key, source, options);
    },
    async *uploads(prefix) {
      if (prefix === "" || prefix.endsWith("/"))
        need("list-uploads", `finding unfinished uploads under "${prefix}"`);
      yield* unfinished(at, prefix);
    },
    abort: (upload) => abortUpload(at, upload),
    async delete(key) {
      try {
        await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
      } catch (error) {
        throw failed("deleting", key, label, error);
      }
    },
    async *versions(prefix) {
      need("list-versions", `looking into the history of ${prefix}`);
      yield* listVersions(at, prefix);
    },
    async lock(key, version, until) {
      need("lock", `locking ${key}`);
      await lockVersion(at, key, version, until);
    },
    async lockedUntil(key, version) {
      need("lock", `reading the lock of ${key}`);
      const found = await lockOf(at, key, version);
      return typeof found === "string" ? undefined : found.until;
    },
    async lockable(key, version) {
      need("lock", `reading the lock of ${key}`);
      return (await lockOf(at, key, version)) !== "never";
    },
    async *list(prefix) {
      try {
        for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix }))
          for (const { Key, Size, LastModified } of listing(page, label).Contents ?? [])
            if (Key) yield { key: Key, bytes: Size ?? 0, modifiedAt: LastModified ?? new Date(0) };
      } catch (error) {
        throw failed("listing", prefix, label, error);
      }
    },
    async folders(prefix) {
      try {
        const found: string[] = [];
        const query = { Bucket: bucket, Prefix: prefix, Delimiter: "/" };
        for await (const page of paginateListObjectsV2({ client }, query))
          for (const { Prefix } of listing(page, label).CommonPrefixes ?? [])
            if (Prefix) found.push(Prefix.slice(prefix.length, -1));
        return found;
      } catch (error) {
        throw failed("listing", prefix, label, error);
      }
    },
  };
}

/** A page of a listing. Whatever else answers with 200, a portal or a proxy, would look like an empty bucket. */
function listing(page: ListObjectsV2CommandOutput, label: string): ListObjectsV2CommandOutput {
  const { Name, IsTruncated, KeyCount, Contents, CommonPrefixes } = page;
  if ([Name, IsTruncated, KeyCount, Contents, CommonPrefixes].some((one) => one !== undefined)) return page;
  throw new VaultError(`what answers for ${label} is no S3 server: it lists no bucket`);
}
