import {
  GetObjectLockConfigurationCommand,
  ObjectLockEnabled,
  ObjectLockRetentionMode,
  PutObjectLockConfigurationCommand,
} from "@aws-sdk/client-s3";
import type {
  BucketObjectLockConfigurationArgs,
  BucketObjectLockConfigurationState,
} from "@pulumi/aws/s3/bucketObjectLockConfiguration.js";

import type { Aws } from "../aws.js";
import { exactlyOne, needs, oneOf, range } from "../check/rules.js";
import { orUndefined } from "../errors.js";
import type { Plain } from "../plain.js";
import type { ResourceType } from "../resource.js";
import { configurationId, configuredBucket, target } from "./names.js";

/** Default retention of a bucket with Object Lock: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DefaultRetention.html */
export const bucketObjectLockConfiguration = {
  token: "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
  replaceOn: ["bucket", "expectedBucketOwner", "objectLockEnabled", "region"],
  writeOnly: ["token", "expectedBucketOwner"],
  defaults: { objectLockEnabled: "Enabled" },
  rules: [
    ...configuredBucket,
    oneOf("objectLockEnabled", ObjectLockEnabled),
    oneOf("rule.defaultRetention.mode", ObjectLockRetentionMode),
    exactlyOne("rule.defaultRetention", ["days", "years"]),
    needs("rule.defaultRetention", "days", ["mode"]),
    needs("rule.defaultRetention", "years", ["mode"]),
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html: at most 100 years.
    range("rule.defaultRetention.days", 1, 36_500),
    range("rule.defaultRetention.years", 1, 100),
  ],

  async create(aws, inputs) {
    const id = configurationId(inputs);
    await put(aws, id, inputs);
    return id;
  },

  async read(aws, id, known) {
    const found = await orUndefined(
      aws.s3(known.region).send(new GetObjectLockConfigurationCommand(target(id, known))),
      "NoSuchBucket",
      "ObjectLockConfigurationNotFoundError",
    );
    const { ObjectLockEnabled: objectLockEnabled, Rule } = found?.ObjectLockConfiguration ?? {};
    if (!objectLockEnabled) return undefined;
    const { Mode: mode, Days: days, Years: years } = Rule?.DefaultRetention ?? {};
    return {
      bucket: target(id, known).Bucket,
      objectLockEnabled,
      region: known.region ?? aws.region,
      rule: mode && { defaultRetention: { mode, days, years } },
    };
  },

  async update(aws, { id, inputs }) {
    await put(aws, id, inputs);
  },

  async delete(aws, id, known) {
    // Object Lock itself stays for good; only the default retention goes.
    const { Bucket: bucket } = target(id, known);
    const without = { ...known, bucket, rule: undefined, token: undefined };
    await orUndefined(put(aws, id, without), "NoSuchBucket", "ObjectLockConfigurationNotFoundError");
  },
} as const satisfies ResourceType<BucketObjectLockConfigurationArgs, BucketObjectLockConfigurationState>;

async function put(aws: Aws, id: string, inputs: Plain<BucketObjectLockConfigurationArgs>): Promise<void> {
  const retention = inputs.rule?.defaultRetention;
  await aws.s3(inputs.region).send(
    new PutObjectLockConfigurationCommand({
      ...target(id, inputs),
      Token: inputs.token,
      ObjectLockConfiguration: {
        ObjectLockEnabled: "Enabled",
        ...(retention && {
          Rule: {
            DefaultRetention: {
              Mode: retention.mode as ObjectLockRetentionMode,
              Days: retention.days,
              Years: retention.years,
            },
          },
        }),
      },
    }),
  );
}
