import type {
  Destination,
  OwnerOverride,
  ReplicationRule,
  ReplicationRuleFilter,
  ReplicationRuleStatus,
  StorageClass,
} from "@aws-sdk/client-s3";
import type { BucketReplicationConfigArgs } from "@pulumi/aws/s3/bucketReplicationConfig.js";

import type { Plain } from "../plain.js";
import { fromTagList, toTagList } from "../tags.js";

type Rule = Plain<BucketReplicationConfigArgs>["rules"][number];

/** A rule as S3 takes it: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ReplicationRule.html */
export function toReplicationRule(rule: Rule): ReplicationRule {
  const { filter, prefix, sourceSelectionCriteria: criteria } = rule;
  return {
    ID: rule.id,
    Priority: rule.priority ?? (filter ? 0 : undefined),
    Status: status(rule.status),
    ...(filter ? { Filter: toFilter(filter) } : { Prefix: prefix ?? "" }),
    Destination: toDestination(rule.destination),
    ...(rule.deleteMarkerReplication && {
      DeleteMarkerReplication: { Status: status(rule.deleteMarkerReplication.status) },
    }),
    ...(rule.existingObjectReplication && {
      ExistingObjectReplication: { Status: status(rule.existingObjectReplication.status) },
    }),
    ...(criteria && {
      SourceSelectionCriteria: {
        ...(criteria.sseKmsEncryptedObjects && {
          SseKmsEncryptedObjects: { Status: status(criteria.sseKmsEncryptedObjects.status) },
        }),
        ...(criteria.replicaModifications && {
          ReplicaModifications: { Status: status(criteria.replicaModifications.status) },
        }),
      },
    }),
  };
}

/**
 * A rule as S3 gives it back.
 *
 * @param given the rule as the program states it; S3 makes up an id and a priority where it has none
 */
export function fromReplicationRule(rule: ReplicationRule, given: Rule | undefined): Rule {
  const { SourceSelectionCriteria: criteria } = rule;
  const madeUp = given !== undefined;
  return {
    id: madeUp && given.id === undefined ? undefined : rule.ID,
    priority: madeUp && given.priority === undefined && !rule.Priority ? undefined : rule.Priority,
    status: rule.Status ?? "",
    prefix: rule.Prefix,
    filter: rule.Filter && fromFilter(rule.Filter),
    destination: fromDestination(rule.Destination ?? { Bucket: "" }),
    deleteMarkerReplication: fromStatus(rule.DeleteMarkerReplication),
    existingObjectReplication: fromStatus(rule.ExistingObjectReplication),
    sourceSelectionCriteria: criteria && {
      sseKmsEncryptedObjects: fromStatus(criteria.SseKmsEncryptedObjects),
      replicaModifications: fromStatus(criteria.ReplicaModifications),
    },
  };
}

function toDestination(destination: Rule["destination"]): Destination {
  const { accessControlTranslation, encryptionConfiguration, metrics, replicationTime } = destination;
  return {
    Bucket: destination.bucket,
    Account: destination.account,
    StorageClass: destination.storageClass as StorageClass | undefined,
    ...(accessControlTranslation && {
      AccessControlTranslation: { Owner: accessControlTranslation.owner as OwnerOverride },
    }),
    ...(encryptionConfiguration && {
      EncryptionConfiguration: { ReplicaKmsKeyID: encryptionConfiguration.replicaKmsKeyId },
    }),
    ...(metrics && {
      Metrics: {
        Status: status(metrics.status),
        ...(metrics.eventThreshold && { EventThreshold: { Minutes: metrics.eventThreshold.minutes } }),
      },
    }),
    ...(replicationTime && {
      ReplicationTime: {
        Status: status(replicationTime.status),
        Time: { Minutes: replicationTime.time.minutes },
      },
    }),
  };
}

function fromDestination(destination: Destination): Rule["destination"] {
  const { AccessControlTranslation, EncryptionConfiguration, Metrics, ReplicationTime } = destination;
  return {
    bucket: destination.Bucket ?? "",
    account: destination.Account,
    storageClass: destination.StorageClass,
    accessControlTranslation: AccessControlTranslation && { owner: AccessControlTranslation.Owner ?? "" },
    encryptionConfiguration: EncryptionConfiguration && {
      replicaKmsKeyId: EncryptionConfiguration.ReplicaKmsKeyID ?? "",
    },
    metrics: Metrics && {
      status: Metrics.Status ?? "",
      eventThreshold: Metrics.EventThreshold && { minutes: Metrics.EventThreshold.Minutes ?? 0 },
    },
    replicationTime: ReplicationTime && {
      status: ReplicationTime.Status ?? "",
      time: { minutes: ReplicationTime.Time?.Minutes ?? 0 },
    },
  };
}

function toFilter({ and, tag, prefix }: NonNullable<Rule["filter"]>): ReplicationRuleFilter {
  if (and) return { And: { Prefix: and.prefix, Tags: and.tags && toTagList(and.tags) } };
  if (tag) return { Tag: { Key: tag.key, Value: tag.value } };
  return { Prefix: prefix ?? "" };
}

function fromFilter({ And, Tag, Prefix }: ReplicationRuleFilter): NonNullable<Rule["filter"]> {
  return {
    and: And && { prefix: And.Prefix, tags: And.Tags && fromTagList(And.Tags) },
    tag: Tag && { key: Tag.Key ?? "", value: Tag.Value ?? "" },
    prefix: Prefix,
  };
}

function status(text: string): ReplicationRuleStatus {
  return text as ReplicationRuleStatus;
}

function fromStatus(part: { readonly Status?: string | undefined } | undefined) {
  return part?.Status === undefined ? undefined : { status: part.Status };
}
