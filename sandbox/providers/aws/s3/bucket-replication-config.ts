import {
  DeleteBucketReplicationCommand,
  GetBucketReplicationCommand,
  OwnerOverride,
  PutBucketReplicationCommand,
  ReplicationRuleStatus,
  StorageClass,
} from "@aws-sdk/client-s3";
import type {
  BucketReplicationConfigArgs,
  BucketReplicationConfigState,
} from "@pulumi/aws/s3/bucketReplicationConfig.js";

import { isObject, type Value } from "../../protocol/index.js";
import type { Aws } from "../aws.js";
import { arn, atMostOne, count, format, length, needs, oneOf, range } from "../check/rules.js";
import { orUndefined } from "../errors.js";
import type { Plain } from "../plain.js";
import type { ResourceType } from "../resource.js";
import { configuredBucket } from "./names.js";
import { fromReplicationRule, toReplicationRule } from "./replication-rule.js";
import { replicationRules } from "./replication-rules.js";

/** Which objects S3 copies into which other bucket. */
export const bucketReplicationConfig = {
  token: "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
  replaceOn: ["bucket", "region"],
  writeOnly: ["token"],
  rules: [
    ...configuredBucket,
    arn("role"),
    count("rules", 1, 1000),
    length("rules[*].id", 255),
    oneOf("rules[*].status", ReplicationRuleStatus),
    atMostOne("rules[*]", ["filter", "prefix"]),
    atMostOne("rules[*].filter", ["and", "prefix", "tag"]),
    oneOf("rules[*].deleteMarkerReplication.status", ReplicationRuleStatus),
    oneOf("rules[*].existingObjectReplication.status", ReplicationRuleStatus),
    oneOf("rules[*].sourceSelectionCriteria.sseKmsEncryptedObjects.status", ReplicationRuleStatus),
    oneOf("rules[*].sourceSelectionCriteria.replicaModifications.status", ReplicationRuleStatus),
    oneOf("rules[*].destination.storageClass", StorageClass),
    oneOf("rules[*].destination.metrics.status", ReplicationRuleStatus),
    oneOf("rules[*].destination.replicationTime.status", ReplicationRuleStatus),
    oneOf("rules[*].destination.accessControlTranslation.owner", OwnerOverride),
    arn("rules[*].destination.bucket"),
    arn("rules[*].destination.encryptionConfiguration.replicaKmsKeyId"),
    format("rules[*].destination.account", /^\d{12}$/, "an account, 12 digits"),
    // https://docs.aws.amazon.com/AmazonS3/latest/API/API_ReplicationTimeValue.html: 15 is the only value.
    range("rules[*].destination.replicationTime.time.minutes", 15, 15),
    range("rules[*].destination.metrics.eventThreshold.minutes", 15, 15),
    range("rules[*].priority", 0),
    // https://docs.aws.amazon.com/AmazonS3/latest/API/API_Destination.html
    needs("rules[*].destination", "replicationTime", ["metrics"]),
    needs("rules[*].destination", "accessControlTranslation", ["account"]),
    ...replicationRules,
  ],
  canonical: { rules: canonicalRules },

  async create(aws, inputs) {
    await put(aws, inputs);
    return inputs.bucket;
  },

  async read(aws, id, known) {
    const found = await orUndefined(
      aws.s3(known.region).send(new GetBucketReplicationCommand({ Bucket: id })),
      "NoSuchBucket",
      "ReplicationConfigurationNotFoundError",
    );
    const { Role, Rules } = found?.ReplicationConfiguration ?? {};
    if (!Rules) return undefined;
    const given = known.rules ?? [];
    const rules = Rules.map((rule, index) => fromReplicationRule(rule, given[index]));
    return { bucket: id, region: known.region ?? aws.region, role: Role, rules };
  },

  async update(aws, { inputs }) {
    await put(aws, inputs);
  },

  async delete(aws, id, { region }) {
    await orUndefined(
      aws.s3(region).send(new DeleteBucketReplicationCommand({ Bucket: id })),
      "NoSuchBucket",
      "ReplicationConfigurationNotFoundError",
    );
  },
} as const satisfies ResourceType<BucketReplicationConfigArgs, BucketReplicationConfigState>;

/** Rules in the order of their ids: S3 gives them back in its own. */
function canonicalRules(value: Value): Value {
  if (!Array.isArray(value)) return value;
  const idOf = (rule: Value) => (isObject(rule) ? String(rule.id ?? "") : "");
  return [...(value as readonly Value[])].sort((a, b) =>
    idOf(a) < idOf(b) ? -1 : idOf(a) > idOf(b) ? 1 : 0,
  );
}

async function put(aws: Aws, inputs: Plain<BucketReplicationConfigArgs>): Promise<void> {
  await aws.s3(inputs.region).send(
    new PutBucketReplicationCommand({
      Bucket: inputs.bucket,
      Token: inputs.token,
      ReplicationConfiguration: { Role: inputs.role, Rules: inputs.rules.map(toReplicationRule) },
    }),
  );
}
