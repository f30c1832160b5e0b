import {
  DeleteBucketEncryptionCommand,
  EncryptionType,
  GetBucketEncryptionCommand,
  PutBucketEncryptionCommand,
  type ServerSideEncryption,
} from "@aws-sdk/client-s3";
import type {
  BucketServerSideEncryptionConfigurationArgs,
  BucketServerSideEncryptionConfigurationState,
} from "@pulumi/aws/s3/bucketServerSideEncryptionConfiguration.js";

import { type Failure, formatPath, isObject } from "../../protocol/index.js";
import type { Aws } from "../aws.js";
import { at, count, oneOf, type Rule } from "../check/rules.js";
import { orUndefined } from "../errors.js";
import type { Plain } from "../plain.js";
import type { ResourceType } from "../resource.js";
import { configurationId, configuredBucket, target } from "./names.js";

const byDefault = "rules[*].applyServerSideEncryptionByDefault";

/** A key only means something where S3 encrypts with KMS. */
const keyNeedsKms: Rule = (inputs) =>
  at(inputs, byDefault).flatMap(({ path, value }): Failure[] => {
    if (!isObject(value) || !value.kmsMasterKeyId || value.sseAlgorithm !== "AES256") return [];
    return [
      {
        property: formatPath([...path, "kmsMasterKeyId"]),
        reason: "is given with sseAlgorithm AES256; it needs aws:kms",
      },
    ];
  });

/** How S3 encrypts what is written without saying how. */
export const bucketServerSideEncryptionConfiguration = {
  token: "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  replaceOn: ["bucket", "expectedBucketOwner", "region"],
  writeOnly: ["expectedBucketOwner"],
  rules: [
    ...configuredBucket,
    count("rules", 1, 1),
    // https://docs.aws.amazon.com/AmazonS3/latest/API/API_ServerSideEncryptionByDefault.html
    oneOf(`${byDefault}.sseAlgorithm`, ["AES256", "aws:kms", "aws:kms:dsse"]),
    oneOf("rules[*].blockedEncryptionTypes[*]", EncryptionType),
    keyNeedsKms,
  ],

  async create(aws, inputs) {
    const id = configurationId(inputs);
    await put(aws, id, inputs);
    return id;
  },

  async read(aws, id, known) {
    const found = await orUndefined(
      aws.s3(known.region).send(new GetBucketEncryptionCommand(target(id, known))),
      "NoSuchBucket",
      "ServerSideEncryptionConfigurationNotFoundError",
    );
    const rules = found?.ServerSideEncryptionConfiguration?.Rules;
    if (!rules) return undefined;
    const [given] = known.rules ?? [];
    return {
      bucket: target(id, known).Bucket,
      region: known.region ?? aws.region,
      rules: rules.map(
        ({ ApplyServerSideEncryptionByDefault: applied, BucketKeyEnabled, BlockedEncryptionTypes }) => ({
          applyServerSideEncryptionByDefault: applied?.SSEAlgorithm && {
            sseAlgorithm: applied.SSEAlgorithm,
            kmsMasterKeyId: applied.KMSMasterKeyID,
          },
          // AWS blocks SSE-C on its own where nothing is said, so what was not asked for is not drift.
          blockedEncryptionTypes: given?.blockedEncryptionTypes && BlockedEncryptionTypes?.EncryptionType,
          bucketKeyEnabled: BucketKeyEnabled ?? false,
        }),
      ),
    };
  },

  async update(aws, { id, inputs }) {
    await put(aws, id, inputs);
  },

  async delete(aws, id, known) {
    await orUndefined(
      aws.s3(known.region).send(new DeleteBucketEncryptionCommand(target(id, known))),
      "NoSuchBucket",
      "ServerSideEncryptionConfigurationNotFoundError",
    );
  },
} as const satisfies ResourceType<
  BucketServerSideEncryptionConfigurationArgs,
  BucketServerSideEncryptionConfigurationState
>;

async function put(
  aws: Aws,
  id: string,
  inputs: Plain<BucketServerSideEncryptionConfigurationArgs>,
): Promise<void> {
  await aws.s3(inputs.region).send(
    new PutBucketEncryptionCommand({
      ...target(id, inputs),
      ServerSideEncryptionConfiguration: {
        Rules: inputs.rules.map(({ applyServerSideEncryptionByDefault: applied, ...rule }) => ({
          ...(applied && {
            ApplyServerSideEncryptionByDefault: {
              SSEAlgorithm: applied.sseAlgorithm as ServerSideEncryption,
              KMSMasterKeyID: applied.kmsMasterKeyId,
            },
          }),
          BucketKeyEnabled: rule.bucketKeyEnabled,
          ...(rule.blockedEncryptionTypes && {
            BlockedEncryptionTypes: { EncryptionType: rule.blockedEncryptionTypes as EncryptionType[] },
          }),
        })),
      },
    }),
  );
}
