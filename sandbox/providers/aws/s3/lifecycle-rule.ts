import type {
  ExpirationStatus,
  LifecycleRule,
  LifecycleRuleFilter,
  TransitionStorageClass,
} from "@aws-sdk/client-s3";
import type { BucketLifecycleConfigurationArgs } from "@pulumi/aws/s3/bucketLifecycleConfiguration.js";

import type { Plain } from "../plain.js";
import { fromTagList, toTagList } from "../tags.js";

type Rule = NonNullable<Plain<BucketLifecycleConfigurationArgs>["rules"]>[number];
type Filter = NonNullable<Rule["filter"]>;

/** A rule as S3 takes it: https://docs.aws.amazon.com/AmazonS3/latest/API/API_LifecycleRule.html */
export function toLifecycleRule(rule: Rule): LifecycleRule {
  const { expiration, abortIncompleteMultipartUpload: abort, noncurrentVersionExpiration: noncurrent } = rule;
  return {
    ID: rule.id,
    Status: rule.status as ExpirationStatus,
    // S3 wants one of the two; a rule with neither is for every object.
    ...(rule.prefix !== undefined ? { Prefix: rule.prefix } : { Filter: toFilter(rule.filter ?? {}) }),
    ...(expiration && {
      Expiration: {
        Days: expiration.days,
        Date: toDate(expiration.date),
        ExpiredObjectDeleteMarker: expiration.expiredObjectDeleteMarker,
      },
    }),
    ...(rule.transitions && {
      Transitions: rule.transitions.map(({ date, days, storageClass }) => ({
        Date: toDate(date),
        Days: days,
        StorageClass: storageClass as TransitionStorageClass,
      })),
    }),
    ...(noncurrent && {
      NoncurrentVersionExpiration: {
        NoncurrentDays: noncurrent.noncurrentDays,
        NewerNoncurrentVersions: noncurrent.newerNoncurrentVersions,
      },
    }),
    ...(rule.noncurrentVersionTransitions && {
      NoncurrentVersionTransitions: rule.noncurrentVersionTransitions.map((transition) => ({
        NoncurrentDays: transition.noncurrentDays,
        NewerNoncurrentVersions: transition.newerNoncurrentVersions,
        StorageClass: transition.storageClass as TransitionStorageClass,
      })),
    }),
    ...(abort && { AbortIncompleteMultipartUpload: { DaysAfterInitiation: abort.daysAfterInitiation } }),
  };
}

/** A rule as S3 gives it back. */
export function fromLifecycleRule(rule: LifecycleRule): Rule {
  const { Expiration, NoncurrentVersionExpiration: noncurrent, AbortIncompleteMultipartUpload: abort } = rule;
  return {
    id: rule.ID ?? "",
    status: rule.Status ?? "",
    prefix: rule.Prefix,
    filter: rule.Filter && fromFilter(rule.Filter),
    expiration: Expiration && {
      days: Expiration.Days,
      date: fromDate(Expiration.Date),
      expiredObjectDeleteMarker: Expiration.ExpiredObjectDeleteMarker,
    },
    transitions: rule.Transitions?.map(({ Date: date, Days, StorageClass }) => ({
      date: fromDate(date),
      days: Days,
      storageClass: StorageClass ?? "",
    })),
    noncurrentVersionExpiration: noncurrent && {
      noncurrentDays: noncurrent.NoncurrentDays ?? 0,
      newerNoncurrentVersions: noncurrent.NewerNoncurrentVersions,
    },
    noncurrentVersionTransitions: rule.NoncurrentVersionTransitions?.map((transition) => ({
      noncurrentDays: transition.NoncurrentDays ?? 0,
      newerNoncurrentVersions: transition.NewerNoncurrentVersions,
      storageClass: transition.StorageClass ?? "",
    })),
    abortIncompleteMultipartUpload: abort && { daysAfterInitiation: abort.DaysAfterInitiation },
  };
}

function toFilter(filter: Filter): LifecycleRuleFilter {
  const { and, tag, prefix, objectSizeGreaterThan, objectSizeLessThan } = filter;
  if (and) {
    return {
      And: {
        Prefix: and.prefix,
        Tags: and.tags && toTagList(and.tags),
        ObjectSizeGreaterThan: and.objectSizeGreaterThan,
        ObjectSizeLessThan: and.objectSizeLessThan,
      },
    };
  }
  if (tag) return { Tag: { Key: tag.key, Value: tag.value } };
  if (objectSizeGreaterThan !== undefined) return { ObjectSizeGreaterThan: objectSizeGreaterThan };
  if (objectSizeLessThan !== undefined) return { ObjectSizeLessThan: objectSizeLessThan };
  return { Prefix: prefix ?? "" };
}

function fromFilter({ And, Tag, ...filter }: LifecycleRuleFilter): Filter {
  return {
    and: And && {
      prefix: And.Prefix,
      tags: And.Tags && fromTagList(And.Tags),
      objectSizeGreaterThan: And.ObjectSizeGreaterThan,
      objectSizeLessThan: And.ObjectSizeLessThan,
    },
    tag: Tag && { key: Tag.Key ?? "", value: Tag.Value ?? "" },
    prefix: filter.Prefix,
    objectSizeGreaterThan: filter.ObjectSizeGreaterThan,
    objectSizeLessThan: filter.ObjectSizeLessThan,
  };
}

function toDate(text: string | undefined): Date | undefined {
  return text === undefined ? undefined : new Date(text);
}

/** AWS keeps whole seconds, and so does the official provider's spelling. */
function fromDate(date: Date | undefined): string | undefined {
  return date?.toISOString().replace(".000Z", "Z");
}
