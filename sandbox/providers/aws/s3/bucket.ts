import {
  type BucketLocationConstraint,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteBucketTaggingCommand,
  GetBucketTaggingCommand,
  GetObjectLockConfigurationCommand,
  HeadBucketCommand,
  PutBucketTaggingCommand,
} from "@aws-sdk/client-s3";
import type { BucketArgs, BucketState } from "@pulumi/aws/s3/bucket.js";

import type { Aws } from "../aws.js";
import { tags } from "../check/rules.js";
import { orUndefined } from "../errors.js";
import type { Plain } from "../plain.js";
import type { ResourceType } from "../resource.js";
import { fromTagList, toTagList } from "../tags.js";
import { emptyBucket } from "./empty-bucket.js";
import { bucketName } from "./names.js";

/** Route 53 zones of S3's website endpoints: https://docs.aws.amazon.com/general/latest/gr/s3.html */
const hostedZones: Readonly<Record<string, string>> = {
  "us-east-1": "Z3AQBSTGFYJSTF",
  "us-east-2": "Z2O1EMRO9K5GLX",
  "us-west-1": "Z2F56UZL2M1ACD",
  "us-west-2": "Z3BJ6K6RIION7M",
  "eu-west-1": "Z1BKCTXD74EZPE",
  "eu-west-2": "Z3GKZC51ZF0DB4",
  "eu-west-3": "Z3R1K369G5AVDG",
  "eu-central-1": "Z21DNDUVLTQW6Q",
  "eu-north-1": "Z3BAZG2TWCNX0D",
};

/** A general purpose bucket. What it can do is configured by resources of their own. */
export const bucket = {
  token: "aws:s3/bucket:Bucket",
  replaceOn: ["bucket", "bucketPrefix", "objectLockEnabled", "region"],
  unsupported: [
    "accelerationStatus",
    "acl",
    "bucketNamespace",
    "corsRules",
    "grants",
    "lifecycleRules",
    "logging",
    "objectLockConfiguration",
    "policy",
    "replicationConfiguration",
    "requestPayer",
    "serverSideEncryptionConfiguration",
    "versioning",
    "website",
  ],
  writeOnly: ["bucketPrefix", "forceDestroy"],
  defaults: { forceDestroy: false, objectLockEnabled: false },
  autoname: { property: "bucket", maxLength: 63, lowercase: true },
  rules: [bucketName, tags],

  async create(aws, inputs, note) {
    const { bucket: name = "", region = aws.region, objectLockEnabled } = inputs;
    const client = aws.s3(region);
    // In us-east-1 making a bucket that one already has succeeds, and would put it under two owners' care.
    if (await orUndefined(client.send(new HeadBucketCommand({ Bucket: name })), "NotFound", "NoSuchBucket"))
      throw new Error(`s3 CreateBucket in ${region}: BucketAlreadyExists: the bucket ${name} exists already`);
    await client.send(
      new CreateBucketCommand({
        Bucket: name,
        ...(objectLockEnabled && { ObjectLockEnabledForBucket: true }),
        ...(region !== "us-east-1" && {
          CreateBucketConfiguration: { LocationConstraint: region as BucketLocationConstraint },
        }),
      }),
    );
    note(name);
    await putTags(aws, name, inputs);
    return name;
  },

  async read(aws, id, known) {
    const region = known.region ?? aws.region;
    const client = aws.s3(region);
    const head = await orUndefined(
      client.send(new HeadBucketCommand({ Bucket: id })),
      "NotFound",
      "NoSuchBucket",
    );
    if (!head) return undefined;
    const lock = await orUndefined(
      client.send(new GetObjectLockConfigurationCommand({ Bucket: id })),
      "ObjectLockConfigurationNotFoundError",
    );
    const tagging = await orUndefined(
      client.send(new GetBucketTaggingCommand({ Bucket: id })),
      "NoSuchTagSet",
    );
    return {
      arn: `arn:${aws.partition}:s3:::${id}`,
      bucket: id,
      bucketDomainName: `${id}.s3.${aws.dnsSuffix}`,
      bucketRegion: head.BucketRegion ?? region,
      bucketRegionalDomainName: `${id}.s3.${region}.${aws.dnsSuffix}`,
      hostedZoneId: hostedZones[region],
      objectLockEnabled: lock?.ObjectLockConfiguration?.ObjectLockEnabled === "Enabled",
      region,
      tags: fromTagList(tagging?.TagSet),
    };
  },

  async update(aws, { id, inputs, changed }) {
    if (changed.has("tags")) await putTags(aws, id, inputs);
  },

  async delete(aws, id, { region, forceDestroy }) {
    const client = aws.s3(region);
    if (forceDestroy) await orUndefined(emptyBucket(client, id, { force: true }), "NoSuchBucket");
    await orUndefined(client.send(new DeleteBucketCommand({ Bucket: id })), "NoSuchBucket");
  },
} as const satisfies ResourceType<BucketArgs, BucketState>;

async function putTags(aws: Aws, name: string, { region, tags: wanted }: Plain<BucketArgs>): Promise<void> {
  const client = aws.s3(region);
  const TagSet = toTagList(wanted);
  if (TagSet.length === 0) await client.send(new DeleteBucketTaggingCommand({ Bucket: name }));
  else await client.send(new PutBucketTaggingCommand({ Bucket: name, Tagging: { TagSet } }));
}
