import {
  DeleteBucketOwnershipControlsCommand,
  GetBucketOwnershipControlsCommand,
  ObjectOwnership,
  PutBucketOwnershipControlsCommand,
} from "@aws-sdk/client-s3";
import type {
  BucketOwnershipControlsArgs,
  BucketOwnershipControlsState,
} from "@pulumi/aws/s3/bucketOwnershipControls.js";

import type { Aws } from "../aws.js";
import { oneOf } from "../check/rules.js";
import { orUndefined } from "../errors.js";
import type { Plain } from "../plain.js";
import type { ResourceType } from "../resource.js";
import { configuredBucket } from "./names.js";

/** Who owns what others write into a bucket. */
export const bucketOwnershipControls = {
  token: "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
  replaceOn: ["bucket", "region"],
  rules: [...configuredBucket, oneOf("rule.objectOwnership", ObjectOwnership)],

  async create(aws, inputs) {
    await put(aws, inputs);
    return inputs.bucket;
  },

  async read(aws, id, known) {
    const found = await orUndefined(
      aws.s3(known.region).send(new GetBucketOwnershipControlsCommand({ Bucket: id })),
      "NoSuchBucket",
      "OwnershipControlsNotFoundError",
    );
    const [rule] = found?.OwnershipControls?.Rules ?? [];
    if (!rule?.ObjectOwnership) return undefined;
    return {
      bucket: id,
      region: known.region ?? aws.region,
      rule: { objectOwnership: rule.ObjectOwnership },
    };
  },

  async update(aws, { inputs }) {
    await put(aws, inputs);
  },

  async delete(aws, id, { region }) {
    await orUndefined(
      aws.s3(region).send(new DeleteBucketOwnershipControlsCommand({ Bucket: id })),
      "NoSuchBucket",
      "OwnershipControlsNotFoundError",
    );
  },
} as const satisfies ResourceType<BucketOwnershipControlsArgs, BucketOwnershipControlsState>;

async function put(aws: Aws, { bucket, region, rule }: Plain<BucketOwnershipControlsArgs>): Promise<void> {
  const Rules = [{ ObjectOwnership: rule.objectOwnership as ObjectOwnership }];
  await aws
    .s3(region)
    .send(new PutBucketOwnershipControlsCommand({ Bucket: bucket, OwnershipControls: { Rules } }));
}
