import type { Values } from "../../protocol/index.js";
import type { ResourceToken } from "../tokens.js";

/** What a resource type takes and what it has to refuse. */
export interface Refusals {
  /** Inputs that are fine. */
  readonly good: Values;
  /** A required property. */
  readonly required: string;
  /** A change to a nested object that adds a name AWS has not, and the path to be told. */
  readonly unknownNested: readonly [change: Values, path: string];
  /** A change to a value that AWS does not take, and the path to be told. */
  readonly badValue: readonly [change: Values, path: string];
}

const document = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "*" }],
};
const statement = document.Statement[0] ?? {};
const policy = (changes: Values): string =>
  JSON.stringify({ ...document, Statement: [{ ...statement, ...changes }] });
const anyone = policy({ Principal: "*" });
const trust = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "s3.amazonaws.com" } }],
});
const bucket = "vault-1234567";
const replication = {
  id: "all",
  status: "Enabled",
  filter: {},
  deleteMarkerReplication: { status: "Disabled" },
  destination: { bucket: "arn:aws:s3:::other", storageClass: "STANDARD" },
};
const expiry = { id: "old", status: "Enabled", noncurrentVersionExpiration: { noncurrentDays: 30 } };
const failover = {
  zoneId: "Z123",
  name: "api.chat.test",
  type: "A",
  ttl: 60,
  records: ["10.1.1.1"],
  setIdentifier: "primary",
  healthCheckId: "1234",
  failoverRoutingPolicies: [{ type: "PRIMARY" }],
};
const encrypted = { applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms" } };
/** Types that have no nested object of their own are tried with tags, or a policy's elements. */
const tagsAsList = { tags: { team: ["a"] } };

/** For every resource type: good inputs, and each kind of bad ones. */
export const refusals: Readonly<Record<ResourceToken, Refusals>> = {
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": {
    good: { url: "https://oidc.eks.us-east-1.amazonaws.com/id/A", clientIdLists: ["sts.amazonaws.com"] },
    required: "clientIdLists",
    unknownNested: [tagsAsList, "tags.team"],
    badValue: [{ url: "http://oidc.test" }, "url"],
  },
  "aws:iam/role:Role": {
    good: { assumeRolePolicy: trust, maxSessionDuration: 3600 },
    required: "assumeRolePolicy",
    unknownNested: [
      { assumeRolePolicy: trust.replace("Effect", "Efect") },
      "assumeRolePolicy.Statement[0].Efect",
    ],
    badValue: [{ maxSessionDuration: 60 }, "maxSessionDuration"],
  },
  "aws:iam/rolePolicy:RolePolicy": {
    good: { role: "backup", policy: policy({}) },
    required: "role",
    unknownNested: [{ policy: policy({ Resources: "*" }) }, "policy.Statement[0].Resources"],
    badValue: [{ policy: policy({ Effect: "Permit" }) }, "policy.Statement[0].Effect"],
  },
  "aws:kms/alias:Alias": {
    good: { name: "alias/data", targetKeyId: "1234" },
    required: "targetKeyId",
    unknownNested: [{ name: { prefix: "alias/" } }, "name"],
    badValue: [{ name: "alias/aws/s3" }, "name"],
  },
  "aws:kms/key:Key": {
    good: { deletionWindowInDays: 7, keyUsage: "ENCRYPT_DECRYPT", policy: anyone },
    required: "",
    unknownNested: [{ policy: policy({ Principal: { Aws: "1" } }) }, "policy.Statement[0].Principal.Aws"],
    badValue: [{ keyUsage: "ENCRYPT" }, "keyUsage"],
  },
  "aws:kms/keyPolicy:KeyPolicy": {
    good: { keyId: "1234", policy: anyone },
    required: "keyId",
    unknownNested: [{ policy: policy({ Principal: "*", Conditions: {} }) }, "policy.Statement[0].Conditions"],
    badValue: [{ policy: policy({ Principal: "*", Effect: "allow" }) }, "policy.Statement[0].Effect"],
  },
  "aws:kms/replicaKey:ReplicaKey": {
    good: {
      region: "us-west-2",
      primaryKeyArn: "arn:aws:kms:us-east-1:000000000000:key/mrk-12ab",
      deletionWindowInDays: 7,
    },
    required: "primaryKeyArn",
    unknownNested: [tagsAsList, "tags.team"],
    badValue: [{ deletionWindowInDays: 3 }, "deletionWindowInDays"],
  },
  "aws:route53/healthCheck:HealthCheck": {
    good: { type: "HTTPS", fqdn: "a.chat.test", requestInterval: 10, failureThreshold: 3 },
    required: "type",
    unknownNested: [tagsAsList, "tags.team"],
    badValue: [{ requestInterval: 5 }, "requestInterval"],
  },
  "aws:route53/record:Record": {
    good: failover,
    required: "name",
    unknownNested: [
      { failoverRoutingPolicies: [{ type: "PRIMARY", kind: "x" }] },
      "failoverRoutingPolicies[0].kind",
    ],
    badValue: [{ failoverRoutingPolicies: [{ type: "FIRST" }] }, "failoverRoutingPolicies[0].type"],
  },
  "aws:route53/zone:Zone": {
    good: { name: "chat.test", comment: "c" },
    required: "",
    unknownNested: [tagsAsList, "tags.team"],
    badValue: [{ name: "chat..test" }, "name"],
  },
  "aws:s3/bucket:Bucket": {
    good: { bucket, objectLockEnabled: true },
    required: "",
    unknownNested: [{ versioning: { enable: true } }, "versioning.enable"],
    badValue: [{ bucket: "Vault" }, "bucket"],
  },
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": {
    good: { bucket, rules: [expiry] },
    required: "rules",
    unknownNested: [
      { rules: [{ ...expiry, noncurrentVersionExpiration: { noncurrentDays: 3, day: 3 } }] },
      "rules[0].noncurrentVersionExpiration.day",
    ],
    badValue: [{ rules: [{ ...expiry, status: "enabled" }] }, "rules[0].status"],
  },
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": {
    good: { bucket, rule: { defaultRetention: { mode: "COMPLIANCE", days: 30 } } },
    required: "bucket",
    unknownNested: [
      { rule: { defaultRetention: { mode: "COMPLIANCE", days: 30, hours: 1 } } },
      "rule.defaultRetention.hours",
    ],
    badValue: [{ rule: { defaultRetention: { mode: "STRICT", days: 30 } } }, "rule.defaultRetention.mode"],
  },
  "aws:s3/bucketObjectv2:BucketObjectv2": {
    good: { bucket, key: "a/b", content: "text", storageClass: "STANDARD" },
    required: "bucket",
    unknownNested: [{ overrideProvider: { defaultTag: {} } }, "overrideProvider.defaultTag"],
    badValue: [{ storageClass: "COLD" }, "storageClass"],
  },
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": {
    good: { bucket, rule: { objectOwnership: "BucketOwnerEnforced" } },
    required: "rule",
    unknownNested: [{ rule: { objectOwnership: "BucketOwnerEnforced", owner: "me" } }, "rule.owner"],
    badValue: [{ rule: { objectOwnership: "Enforced" } }, "rule.objectOwnership"],
  },
  "aws:s3/bucketPolicy:BucketPolicy": {
    good: { bucket, policy: anyone },
    required: "policy",
    unknownNested: [
      { policy: policy({ Principal: "*", NotActions: "x" }) },
      "policy.Statement[0].NotActions",
    ],
    badValue: [{ policy: policy({ Principal: "*", Action: "GetObject" }) }, "policy.Statement[0].Action"],
  },
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": {
    good: { bucket, blockPublicAcls: true },
    required: "bucket",
    unknownNested: [{ blockPublicAcls: { enabled: true } }, "blockPublicAcls"],
    badValue: [{ blockPublicAcls: "yes" }, "blockPublicAcls"],
  },
  "aws:s3/bucketReplicationConfig:BucketReplicationConfig": {
    good: { bucket, role: "arn:aws:iam::000000000000:role/replication", rules: [replication] },
    required: "role",
    unknownNested: [
      { rules: [{ ...replication, destination: { ...replication.destination, bucketArn: "x" } }] },
      "rules[0].destination.bucketArn",
    ],
    badValue: [
      { rules: [{ ...replication, destination: { ...replication.destination, storageClass: "COLD" } }] },
      "rules[0].destination.storageClass",
    ],
  },
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": {
    good: { bucket, rules: [encrypted] },
    required: "rules",
    unknownNested: [{ rules: [{ ...encrypted, bucketKey: true }] }, "rules[0].bucketKey"],
    badValue: [
      { rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kmss" } }] },
      "rules[0].applyServerSideEncryptionByDefault.sseAlgorithm",
    ],
  },
  "aws:s3/bucketVersioning:BucketVersioning": {
    good: { bucket, versioningConfiguration: { status: "Enabled" } },
    required: "versioningConfiguration",
    unknownNested: [
      { versioningConfiguration: { status: "Enabled", state: "x" } },
      "versioningConfiguration.state",
    ],
    badValue: [{ versioningConfiguration: { status: "Enabledd" } }, "versioningConfiguration.status"],
  },
};
