import { readFile } from "node:fs/promises";

import {
  ChecksumAlgorithm,
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ObjectLockLegalHoldStatus,
  ObjectLockMode,
  PutObjectCommand,
  PutObjectTaggingCommand,
  type ServerSideEncryption,
  StorageClass,
} from "@aws-sdk/client-s3";
import type { BucketObjectv2Args, BucketObjectv2State } from "@pulumi/aws/s3/bucketObjectv2.js";

import { isObject } from "../../protocol/index.js";
import type { Aws } from "../aws.js";
import { arn, atMostOne, count, length, oneOf, tags, timestamp } from "../check/rules.js";
import { orUndefined } from "../errors.js";
import type { Plain } from "../plain.js";
import type { ResourceType } from "../resource.js";
import { fromTagList, toTagList } from "../tags.js";
import { emptyBucket } from "./empty-bucket.js";
import { configuredBucket } from "./names.js";

/** Inputs as they come: the source, an asset, is its text or names a file. */
type Inputs = Omit<Plain<BucketObjectv2Args>, "source"> & { readonly source?: unknown };

/** An object that a program itself writes. */
export const bucketObject = {
  token: "aws:s3/bucketObjectv2:BucketObjectv2",
  replaceOn: ["bucket", "key", "region"],
  unsupported: ["acl", "etag", "overrideProvider"],
  writeOnly: [
    "checksumAlgorithm",
    "contentBase64",
    "forceDestroy",
    "objectLockLegalHoldStatus",
    "objectLockMode",
    "objectLockRetainUntilDate",
    "source",
    "sourceHash",
  ],
  computed: ["bucketKeyEnabled", "contentType", "kmsKeyId", "serverSideEncryption", "storageClass"],
  autoname: { property: "key", maxLength: 1024, random: false },
  rules: [
    ...configuredBucket,
    length("key", 1024, 1),
    atMostOne("", ["content", "contentBase64", "source"]),
    oneOf("checksumAlgorithm", ChecksumAlgorithm),
    oneOf("objectLockMode", ObjectLockMode),
    oneOf("objectLockLegalHoldStatus", ObjectLockLegalHoldStatus),
    timestamp("objectLockRetainUntilDate"),
    oneOf("serverSideEncryption", ["AES256", "aws:kms", "aws:kms:dsse"]),
    oneOf("storageClass", StorageClass),
    arn("kmsKeyId"),
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html: ten tags
    count("tags", 0, 10),
    tags,
  ],

  async create(aws, inputs) {
    await put(aws, inputs);
    return `${inputs.bucket}/${inputs.key}`;
  },

  async read(aws, id, known) {
    const { bucket: Bucket = id.split("/")[0] ?? "", key: Key = id.slice(id.indexOf("/") + 1) } = known;
    const client = aws.s3(known.region);
    const gone = ["NoSuchBucket", "NoSuchKey", "NotFound"];
    const head = await orUndefined(client.send(new HeadObjectCommand({ Bucket, Key })), ...gone);
    if (!head) return undefined;
    const tagging = await orUndefined(client.send(new GetObjectTaggingCommand({ Bucket, Key })), ...gone);
    const etag = head.ETag?.replaceAll('"', "");
    let { content } = known;
    if (content !== undefined && etag !== known.etag) {
      // Its bytes are other ones, or new; what they are now is what differs.
      const now = await client.send(new GetObjectCommand({ Bucket, Key }));
      content = await now.Body?.transformToString();
    }
    return {
      arn: `arn:${aws.partition}:s3:::${Bucket}/${Key}`,
      bucket: Bucket,
      bucketKeyEnabled: head.BucketKeyEnabled ?? false,
      cacheControl: head.CacheControl,
      content,
      contentDisposition: head.ContentDisposition,
      contentEncoding: head.ContentEncoding,
      contentLanguage: head.ContentLanguage,
      contentType: head.ContentType,
      etag,
      key: Key,
      kmsKeyId: head.SSEKMSKeyId,
      metadata: head.Metadata ?? {},
      region: known.region ?? aws.region,
      serverSideEncryption: head.ServerSideEncryption,
      storageClass: head.StorageClass ?? "STANDARD",
      tags: fromTagList(tagging?.TagSet),
      versionId: head.VersionId,
      websiteRedirect: head.WebsiteRedirectLocation,
    };
  },

  async update(aws, { inputs, changed }) {
    const { bucket: Bucket, key: Key, region } = inputs;
    if (changed.size === 1 && changed.has("tags")) {
      const Tagging = { TagSet: toTagList(inputs.tags) };
      await aws.s3(region).send(new PutObjectTaggingCommand({ Bucket, Key, Tagging }));
    } else await put(aws, inputs);
  },

  async delete(aws, id, known) {
    const { bucket: Bucket = id.split("/")[0] ?? "", key: Key = "", region, versionId, forceDestroy } = known;
    const client = aws.s3(region);
    // Like the official provider: of an object with versions, every version goes.
    const removed = versionId
      ? emptyBucket(client, Bucket, { key: Key, force: forceDestroy ?? false })
      : client.send(new DeleteObjectCommand({ Bucket, Key }));
    await orUndefined<unknown>(removed, "NoSuchBucket", "NoSuchKey");
  },
} as const satisfies ResourceType<BucketObjectv2Args, BucketObjectv2State>;

async function put(aws: Aws, inputs: Inputs): Promise<void> {
  const until = inputs.objectLockRetainUntilDate;
  await aws.s3(inputs.region).send(
    new PutObjectCommand({
      Bucket: inputs.bucket,
      Key: inputs.key,
      Body: await bodyOf(inputs),
      BucketKeyEnabled: inputs.bucketKeyEnabled,
      CacheControl: inputs.cacheControl,
      ChecksumAlgorithm: inputs.checksumAlgorithm as ChecksumAlgorithm | undefined,
      ContentDisposition: inputs.contentDisposition,
      ContentEncoding: inputs.contentEncoding,
      ContentLanguage: inputs.contentLanguage,
      ContentType: inputs.contentType,
      Metadata: inputs.metadata,
      ObjectLockLegalHoldStatus: inputs.objectLockLegalHoldStatus as ObjectLockLegalHoldStatus | undefined,
      ObjectLockMode: inputs.objectLockMode as ObjectLockMode | undefined,
      ObjectLockRetainUntilDate: until === undefined ? undefined : new Date(until),
      ServerSideEncryption: inputs.serverSideEncryption as ServerSideEncryption | undefined,
      SSEKMSKeyId: inputs.kmsKeyId,
      StorageClass: inputs.storageClass as StorageClass | undefined,
      WebsiteRedirectLocation: inputs.websiteRedirect,
      Tagging: new URLSearchParams(inputs.tags).toString() || undefined,
    }),
  );
}

async function bodyOf({ content, contentBase64, source }: Inputs): Promise<string | Uint8Array> {
  if (content !== undefined) return content;
  if (contentBase64 !== undefined) return Buffer.from(contentBase64, "base64");
  if (typeof source === "string") return source;
  if (isObject(source) && typeof source.path === "string" && source.path !== "") return readFile(source.path);
  if (source === undefined) return "";
  throw new Error("source: only texts and files can be uploaded; archives and remote assets are not served");
}
