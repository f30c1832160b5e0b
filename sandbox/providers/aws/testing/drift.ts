import {
  CreateOpenIDConnectProviderCommand,
  DeleteOpenIDConnectProviderCommand,
  IAMClient,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from "@aws-sdk/client-iam";
import {
  CreateKeyCommand,
  DisableKeyRotationCommand,
  KMSClient,
  PutKeyPolicyCommand,
  UpdateAliasCommand,
  UpdateKeyDescriptionCommand,
} from "@aws-sdk/client-kms";
import {
  ChangeResourceRecordSetsCommand,
  Route53Client,
  UpdateHealthCheckCommand,
  UpdateHostedZoneCommentCommand,
} from "@aws-sdk/client-route-53";
import {
  GetBucketReplicationCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
  PutBucketReplicationCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectLockConfigurationCommand,
  PutPublicAccessBlockCommand,
  S3Client,
} from "@aws-sdk/client-s3";

import type { LocalAws } from "../../../aws/testing/local-aws.js";
import { policy } from "./estate.js";

/** What the estate's program exported. */
export type Exported = Readonly<Record<string, string>>;

/** Something changed behind Pulumi's back, and the resource and property that a refresh has to name. */
export interface Drift {
  readonly urn: string;
  readonly property: string;
  change(): Promise<unknown>;
  /** Undoes what the sandbox's AWS can't change in place. @default `up` does */
  undo?(): Promise<unknown>;
}

/** One change for every resource type of the estate. */
export function drifts(aws: LocalAws, of: Exported): Drift[] {
  const {
    bucket: Bucket,
    keyId: KeyId,
    zoneId,
  } = of as Required<Record<"bucket" | "keyId" | "zoneId", string>>;
  const s3 = new S3Client(aws.client("us-east-1"));
  const west = new S3Client(aws.client("us-west-2"));
  const kms = new KMSClient(aws.client("us-east-1"));
  const kmsWest = new KMSClient(aws.client("us-west-2"));
  const iam = new IAMClient(aws.client("us-east-1"));
  const route53 = new Route53Client(aws.client("us-east-1"));
  const anyone = {
    Effect: "Deny",
    Principal: "*",
    Action: "s3:DeleteBucket",
    Resource: `arn:aws:s3:::${Bucket}`,
  };
  const wholeAccount = {
    Effect: "Allow",
    Principal: { AWS: "000000000000" },
    Action: "kms:*",
    Resource: "*",
  };
  const drift = (urn: string, property: string, change: () => Promise<unknown>): Drift => ({
    urn,
    property,
    change,
  });
  const trust = async (client: string) => {
    await iam.send(new DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: of.issuerArn }));
    const [Url, ClientIDList] = [`https://${of.issuer}`, [client]];
    return iam.send(new CreateOpenIDConnectProviderCommand({ Url, ClientIDList }));
  };
  return [
    drift("s3/bucket:Bucket::plain", "tags.team", () =>
      s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: [{ Key: "team", Value: "b" }] } })),
    ),
    drift("BucketVersioning::spare", "versioningConfiguration.status", () =>
      s3.send(
        new PutBucketVersioningCommand({
          Bucket: of.spare,
          VersioningConfiguration: { Status: "Suspended" },
        }),
      ),
    ),
    drift("BucketOwnershipControls::plain", "rule.objectOwnership", () =>
      s3.send(
        new PutBucketOwnershipControlsCommand({
          Bucket,
          OwnershipControls: { Rules: [{ ObjectOwnership: "ObjectWriter" }] },
        }),
      ),
    ),
    drift("BucketPublicAccessBlock::plain", "blockPublicPolicy", () =>
      s3.send(
        new PutPublicAccessBlockCommand({
          Bucket,
          PublicAccessBlockConfiguration: { BlockPublicAcls: true },
        }),
      ),
    ),
    drift(
      "BucketServerSideEncryptionConfiguration::plain",
      "rules[0].applyServerSideEncryptionByDefault.sseAlgorithm",
      () =>
        s3.send(
          new PutBucketEncryptionCommand({
            Bucket,
            ServerSideEncryptionConfiguration: {
              Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }],
            },
          }),
        ),
    ),
    drift(
      "BucketLifecycleConfiguration::plain",
      "rules[0].noncurrentVersionExpiration.noncurrentDays",
      () => {
        const noncurrent = { NoncurrentVersionExpiration: { NoncurrentDays: 3 } };
        const parts = { AbortIncompleteMultipartUpload: { DaysAfterInitiation: 2 } };
        const Rules = [
          { ID: "old", Status: "Enabled" as const, Filter: { Prefix: "" }, ...noncurrent },
          { ID: "parts", Status: "Enabled" as const, Filter: { Prefix: "a/" }, ...parts },
        ];
        return s3.send(
          new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }),
        );
      },
    ),
    drift("BucketPolicy::plain", "policy", () =>
      s3.send(new PutBucketPolicyCommand({ Bucket, Policy: policy(anyone) })),
    ),
    drift("BucketObjectv2::hello", "content", () =>
      s3.send(new PutObjectCommand({ Bucket, Key: "hello", Body: "good-bye" })),
    ),
    drift("BucketReplicationConfig::plain", "rules[0].status", async () => {
      const { ReplicationConfiguration: live } = await s3.send(new GetBucketReplicationCommand({ Bucket }));
      const Rules = live?.Rules?.map((rule) => ({ ...rule, Status: "Disabled" as const }));
      const ReplicationConfiguration = { Role: live?.Role, Rules };
      return s3.send(new PutBucketReplicationCommand({ Bucket, ReplicationConfiguration }));
    }),
    drift("BucketObjectLockConfiguration::locked", "rule.defaultRetention.days", () => {
      const Rule = { DefaultRetention: { Mode: "GOVERNANCE" as const, Days: 5 } };
      const ObjectLockConfiguration = { ObjectLockEnabled: "Enabled" as const, Rule };
      return west.send(new PutObjectLockConfigurationCommand({ Bucket: of.locked, ObjectLockConfiguration }));
    }),
    drift("kms/key:Key::data", "enableKeyRotation", () => kms.send(new DisableKeyRotationCommand({ KeyId }))),
    drift("KeyPolicy::data", "policy", () => {
      const Policy = policy({ ...wholeAccount, Sid: "Changed" });
      return kms.send(new PutKeyPolicyCommand({ KeyId, PolicyName: "default", Policy }));
    }),
    drift("kms/alias:Alias::data", "targetKeyId", async () => {
      const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
      return kms.send(new UpdateAliasCommand({ AliasName: "alias/data", TargetKeyId: KeyMetadata?.KeyId }));
    }),
    drift("ReplicaKey::data", "description", () =>
      kmsWest.send(new UpdateKeyDescriptionCommand({ KeyId, Description: "changed" })),
    ),
    drift("iam/role:Role::replication", "assumeRolePolicy", () => {
      const principal = { Principal: { Service: "ec2.amazonaws.com" } };
      const PolicyDocument = policy({ Effect: "Allow", Action: "sts:AssumeRole", ...principal });
      return iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: of.role, PolicyDocument }));
    }),
    drift("RolePolicy::replication", "policy", () => {
      const PolicyDocument = policy({ Effect: "Allow", Action: "*", Resource: "*" });
      return iam.send(
        new PutRolePolicyCommand({ RoleName: of.role, PolicyName: of.rolePolicy, PolicyDocument }),
      );
    }),
    {
      ...drift("OpenIdConnectProvider::cluster", "clientIdLists[0]", () => trust("another")),
      undo: () => trust("sts.amazonaws.com"),
    },
    drift("route53/zone:Zone::chat", "comment", () =>
      route53.send(new UpdateHostedZoneCommentCommand({ Id: zoneId, Comment: "changed" })),
    ),
    drift("HealthCheck::primary", "failureThreshold", () =>
      route53.send(new UpdateHealthCheckCommand({ HealthCheckId: of.check, FailureThreshold: 9 })),
    ),
    drift("route53/record:Record::api", "ttl", () =>
      route53.send(
        new ChangeResourceRecordSetsCommand({
          HostedZoneId: zoneId,
          ChangeBatch: {
            Changes: [
              {
                Action: "UPSERT",
                ResourceRecordSet: {
                  Name: "api.chat.test",
                  Type: "A",
                  TTL: 3600,
                  ResourceRecords: [{ Value: "10.1.1.1" }],
                  SetIdentifier: "primary",
                  HealthCheckId: of.check,
                  Failover: "PRIMARY",
                },
              },
            ],
          },
        }),
      ),
    ),
  ];
}
