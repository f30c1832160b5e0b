import * as iam from "@pulumi/aws/iam/index.js";
import * as s3 from "@pulumi/aws/s3/index.js";
import * as pulumi from "@pulumi/pulumi";

import type { RoleBounds } from "../../plan/index.js";
import { policyDocument } from "../identity/policy-document.js";
import type { VaultBucket } from "./vault-bucket.js";

/** From where to where the store copies by itself. */
export interface ReplicationArgs {
  readonly source: VaultBucket;
  readonly sourceRegion: string;
  readonly sourceKeyArn: pulumi.Input<string>;
  /** What the owner of the source's account asks of the role that copies. @default nothing */
  readonly bounds?: RoleBounds;
  readonly destinations: readonly {
    /** Site the copy is at; names the rule. */
    readonly site: string;
    readonly bucket: VaultBucket;
    readonly keyArn: pulumi.Input<string>;
  }[];
}

/**
 * Keeps copies of a vault bucket in other buckets, encrypted under the keys of those, each within 15 minutes (S3
 * Replication Time Control: 99.99 % of objects).
 *
 * Deletes are not replicated: emptying the source leaves the copies whole.
 */
export class Replication extends pulumi.ComponentResource {
  constructor(name: string, args: ReplicationArgs, opts?: pulumi.ComponentResourceOptions) {
    super("secondsite:vault:Replication", name, args, opts);
    const { source, destinations } = args;
    const child = { parent: this };
    const role = new iam.Role(
      `${name}-role`,
      {
        ...args.bounds,
        assumeRolePolicy: policyDocument([
          {
            Sid: "S3",
            Effect: "Allow",
            Principal: { Service: "s3.amazonaws.com" },
            Action: "sts:AssumeRole",
          },
        ]),
      },
      child,
    );
    const grant = new iam.RolePolicy(
      `${name}-grant`,
      { role: role.name, policy: replicationPolicy(args) },
      child,
    );
    new s3.BucketReplicationConfig(
      `${name}-rules`,
      {
        region: args.sourceRegion,
        bucket: source.bucketName,
        role: role.arn,
        rules: destinations.map(({ site, bucket, keyArn }, index) => ({
          id: site,
          priority: index,
          status: "Enabled",
          filter: {},
          deleteMarkerReplication: { status: "Disabled" },
          sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: "Enabled" } },
          destination: {
            bucket: bucket.arn,
            encryptionConfiguration: { replicaKmsKeyId: keyArn },
            // Replication that promises no time could carry no RPO. 15 is the only value S3 knows.
            replicationTime: { status: "Enabled", time: { minutes: 15 } },
            metrics: { status: "Enabled", eventThreshold: { minutes: 15 } },
          },
        })),
      },
      // S3 refuses replication until both ends are versioned.
      {
        ...child,
        dependsOn: [grant, source.versioned, ...destinations.map(({ bucket }) => bucket.versioned)],
      },
    );
    this.registerOutputs({});
  }
}

function replicationPolicy({ source, sourceKeyArn, destinations }: ReplicationArgs): pulumi.Output<string> {
  return policyDocument([
    {
      Sid: "ReadSource",
      Effect: "Allow",
      Action: ["s3:GetReplicationConfiguration", "s3:ListBucket"],
      Resource: source.arn,
    },
    {
      Sid: "ReadVersions",
      Effect: "Allow",
      Action: [
        "s3:GetObjectVersionForReplication",
        "s3:GetObjectVersionAcl",
        "s3:GetObjectVersionTagging",
        "s3:GetObjectRetention",
        "s3:GetObjectLegalHold",
      ],
      Resource: pulumi.interpolate`${source.arn}/*`,
    },
    {
      Sid: "WriteReplicas",
      Effect: "Allow",
      Action: ["s3:ReplicateObject", "s3:ReplicateTags"],
      Resource: destinations.map(({ bucket }) => pulumi.interpolate`${bucket.arn}/*`),
    },
    { Sid: "DecryptSource", Effect: "Allow", Action: "kms:Decrypt", Resource: sourceKeyArn },
    {
      Sid: "EncryptReplicas",
      Effect: "Allow",
      Action: "kms:Encrypt",
      Resource: destinations.map(({ keyArn }) => keyArn),
    },
  ]);
}
