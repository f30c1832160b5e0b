import {
  DeletePublicAccessBlockCommand,
  GetPublicAccessBlockCommand,
  PutPublicAccessBlockCommand,
} from "@aws-sdk/client-s3";
import type {
  BucketPublicAccessBlockArgs,
  BucketPublicAccessBlockState,
} from "@pulumi/aws/s3/bucketPublicAccessBlock.js";

import type { Aws } from "../aws.js";
import { orUndefined } from "../errors.js";
import type { Plain } from "../plain.js";
import type { ResourceType } from "../resource.js";
import { configurationId, configuredBucket, target } from "./names.js";

/** What keeps a bucket from becoming public. */
export const bucketPublicAccessBlock = {
  token: "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
  replaceOn: ["bucket", "region"],
  writeOnly: ["skipDestroy"],
  defaults: {
    blockPublicAcls: false,
    blockPublicPolicy: false,
    ignorePublicAcls: false,
    restrictPublicBuckets: false,
    skipDestroy: false,
  },
  rules: configuredBucket,

  async create(aws, inputs) {
    const id = configurationId(inputs);
    await put(aws, id, inputs);
    return id;
  },

  async read(aws, id, known) {
    const found = await orUndefined(
      aws.s3(known.region).send(new GetPublicAccessBlockCommand({ Bucket: id })),
      "NoSuchBucket",
      "NoSuchPublicAccessBlockConfiguration",
    );
    const block = found?.PublicAccessBlockConfiguration;
    return (
      block && {
        bucket: id,
        region: known.region ?? aws.region,
        blockPublicAcls: block.BlockPublicAcls ?? false,
        blockPublicPolicy: block.BlockPublicPolicy ?? false,
        ignorePublicAcls: block.IgnorePublicAcls ?? false,
        restrictPublicBuckets: block.RestrictPublicBuckets ?? false,
      }
    );
  },

  async update(aws, { id, inputs }) {
    await put(aws, id, inputs);
  },

  async delete(aws, id, { region, skipDestroy }) {
    if (skipDestroy) return;
    await orUndefined(
      aws.s3(region).send(new DeletePublicAccessBlockCommand({ Bucket: id })),
      "NoSuchBucket",
      "NoSuchPublicAccessBlockConfiguration",
    );
  },
} as const satisfies ResourceType<BucketPublicAccessBlockArgs, BucketPublicAccessBlockState>;

async function put(aws: Aws, id: string, inputs: Plain<BucketPublicAccessBlockArgs>): Promise<void> {
  await aws.s3(inputs.region).send(
    new PutPublicAccessBlockCommand({
      ...target(id, inputs),
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: inputs.blockPublicAcls ?? false,
        BlockPublicPolicy: inputs.blockPublicPolicy ?? false,
        IgnorePublicAcls: inputs.ignorePublicAcls ?? false,
        RestrictPublicBuckets: inputs.restrictPublicBuckets ?? false,
      },
    }),
  );
}
