import {
  DeleteBucketLifecycleCommand,
  ExpirationStatus,
  GetBucketLifecycleConfigurationCommand,
  PutBucketLifecycleConfigurationCommand,
  TransitionDefaultMinimumObjectSize,
  TransitionStorageClass,
} from "@aws-sdk/client-s3";
import type {
  BucketLifecycleConfigurationArgs,
  BucketLifecycleConfigurationState,
} from "@pulumi/aws/s3/bucketLifecycleConfiguration.js";

import type { Aws } from "../aws.js";
import { atMostOne, count, exactlyOne, length, oneOf, range, timestamp } from "../check/rules.js";
import { orUndefined } from "../errors.js";
import type { Plain } from "../plain.js";
import type { ResourceType } from "../resource.js";
import { fromLifecycleRule, toLifecycleRule } from "./lifecycle-rule.js";
import { configurationId, configuredBucket, target } from "./names.js";

/** When objects move to cheaper storage and when they go. */
export const bucketLifecycleConfiguration = {
  token: "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
  replaceOn: ["bucket", "expectedBucketOwner", "region"],
  writeOnly: ["expectedBucketOwner", "timeouts"],
  defaults: { transitionDefaultMinimumObjectSize: "all_storage_classes_128K" },
  rules: [
    ...configuredBucket,
    count("rules", 1, 1000),
    (inputs) =>
      inputs.rules === undefined ? [{ property: "rules", reason: "is missing; give at least one rule" }] : [],
    length("rules[*].id", 255, 1),
    oneOf("rules[*].status", ExpirationStatus),
    oneOf("transitionDefaultMinimumObjectSize", TransitionDefaultMinimumObjectSize),
    atMostOne("rules[*]", ["filter", "prefix"]),
    atMostOne("rules[*].filter", ["and", "objectSizeGreaterThan", "objectSizeLessThan", "prefix", "tag"]),
    exactlyOne("rules[*].expiration", ["date", "days", "expiredObjectDeleteMarker"]),
    range("rules[*].expiration.days", 1),
    timestamp("rules[*].expiration.date"),
    atMostOne("rules[*].transitions[*]", ["date", "days"]),
    range("rules[*].transitions[*].days", 0),
    timestamp("rules[*].transitions[*].date"),
    oneOf("rules[*].transitions[*].storageClass", TransitionStorageClass),
    range("rules[*].noncurrentVersionExpiration.noncurrentDays", 1),
    range("rules[*].noncurrentVersionExpiration.newerNoncurrentVersions", 1, 100),
    range("rules[*].noncurrentVersionTransitions[*].noncurrentDays", 0),
    range("rules[*].noncurrentVersionTransitions[*].newerNoncurrentVersions", 1, 100),
    oneOf("rules[*].noncurrentVersionTransitions[*].storageClass", TransitionStorageClass),
    range("rules[*].abortIncompleteMultipartUpload.daysAfterInitiation", 1),
    range("rules[*].filter.objectSizeGreaterThan", 0),
    range("rules[*].filter.objectSizeLessThan", 1),
  ],

  async create(aws, inputs) {
    const id = configurationId(inputs);
    await put(aws, id, inputs);
    return id;
  },

  async read(aws, id, known) {
    const found = await orUndefined(
      aws.s3(known.region).send(new GetBucketLifecycleConfigurationCommand(target(id, known))),
      "NoSuchBucket",
      "NoSuchLifecycleConfiguration",
    );
    if (!found?.Rules) return undefined;
    return {
      bucket: target(id, known).Bucket,
      region: known.region ?? aws.region,
      rules: found.Rules.map(fromLifecycleRule),
      transitionDefaultMinimumObjectSize:
        found.TransitionDefaultMinimumObjectSize ?? "all_storage_classes_128K",
    };
  },

  async update(aws, { id, inputs }) {
    await put(aws, id, inputs);
  },

  async delete(aws, id, known) {
    await orUndefined(
      aws.s3(known.region).send(new DeleteBucketLifecycleCommand(target(id, known))),
      "NoSuchBucket",
      "NoSuchLifecycleConfiguration",
    );
  },
} as const satisfies ResourceType<BucketLifecycleConfigurationArgs, BucketLifecycleConfigurationState>;

async function put(aws: Aws, id: string, inputs: Plain<BucketLifecycleConfigurationArgs>): Promise<void> {
  const { transitionDefaultMinimumObjectSize: smallest } = inputs;
  await aws.s3(inputs.region).send(
    new PutBucketLifecycleConfigurationCommand({
      ...target(id, inputs),
      LifecycleConfiguration: { Rules: (inputs.rules ?? []).map(toLifecycleRule) },
      ...(smallest && { TransitionDefaultMinimumObjectSize: smallest as TransitionDefaultMinimumObjectSize }),
    }),
  );
}
