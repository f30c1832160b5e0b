import * as aws from "@pulumi/aws";

/** A policy of one statement. */
export function policy(statement: object): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
}

/** The whole account may use a key. */
const everyKeyUse = (accountId: string): string =>
  policy({
    Effect: "Allow",
    Principal: { AWS: [`arn:aws:iam::${accountId}:root`] },
    Action: ["kms:*"],
    Resource: "*",
  });

/** A program with every resource type that the provider serves. */
export async function estate(): Promise<Record<string, unknown>> {
  const { accountId } = await aws.getCallerIdentity({});
  const key = new aws.kms.Key("data", {
    description: "data",
    multiRegion: true,
    enableKeyRotation: true,
    deletionWindowInDays: 7,
    tags: { category: "customer" },
  });
  const replica = new aws.kms.ReplicaKey("data", {
    region: "us-west-2",
    primaryKeyArn: key.arn,
    deletionWindowInDays: 7,
  });
  new aws.kms.Alias("data", { name: "alias/data", targetKeyId: key.keyId });
  new aws.kms.KeyPolicy("data", { keyId: key.keyId, policy: everyKeyUse(accountId) });

  const plain = new aws.s3.Bucket("plain", { tags: { team: "a" } });
  const { bucket } = plain;
  const versioning = new aws.s3.BucketVersioning("plain", {
    bucket,
    versioningConfiguration: { status: "Enabled" },
  });
  new aws.s3.BucketOwnershipControls("plain", { bucket, rule: { objectOwnership: "BucketOwnerEnforced" } });
  new aws.s3.BucketPublicAccessBlock("plain", { bucket, blockPublicAcls: true, blockPublicPolicy: true });
  new aws.s3.BucketServerSideEncryptionConfiguration("plain", {
    bucket,
    rules: [
      {
        applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: key.arn },
        bucketKeyEnabled: true,
      },
    ],
  });
  new aws.s3.BucketLifecycleConfiguration("plain", {
    bucket,
    rules: [
      { id: "old", status: "Enabled", filter: {}, noncurrentVersionExpiration: { noncurrentDays: 30 } },
      {
        id: "parts",
        status: "Enabled",
        filter: { prefix: "a/" },
        abortIncompleteMultipartUpload: { daysAfterInitiation: 2 },
      },
    ],
  });
  new aws.s3.BucketPolicy("plain", {
    bucket,
    policy: plain.arn.apply((arn) =>
      policy({
        Sid: "TlsOnly",
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: [arn, `${arn}/*`],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      }),
    ),
  });
  new aws.s3.BucketObjectv2("hello", { bucket, key: "hello", content: "hello" }, { dependsOn: [versioning] });

  // S3 suspends no versions of a bucket that is replicated, so this one is for suspending.
  const spare = new aws.s3.Bucket("spare", {});
  new aws.s3.BucketVersioning("spare", {
    bucket: spare.bucket,
    versioningConfiguration: { status: "Enabled" },
  });

  const region = "us-west-2";
  const locked = new aws.s3.Bucket("locked", { region, objectLockEnabled: true });
  const kept = new aws.s3.BucketVersioning("locked", {
    region,
    bucket: locked.bucket,
    versioningConfiguration: { status: "Enabled" },
  });
  new aws.s3.BucketObjectLockConfiguration("locked", {
    region,
    bucket: locked.bucket,
    rule: { defaultRetention: { mode: "GOVERNANCE", days: 3 } },
  });

  const role = new aws.iam.Role("replication", {
    assumeRolePolicy: policy({
      Effect: "Allow",
      Principal: { Service: "s3.amazonaws.com" },
      Action: "sts:AssumeRole",
    }),
  });
  const allowed = new aws.iam.RolePolicy("replication", {
    role: role.name,
    policy: policy({ Effect: "Allow", Action: "s3:*", Resource: "*" }),
  });
  new aws.s3.BucketReplicationConfig(
    "plain",
    {
      bucket,
      role: role.arn,
      rules: [
        {
          id: "all",
          status: "Enabled",
          filter: {},
          deleteMarkerReplication: { status: "Disabled" },
          sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: "Enabled" } },
          destination: { bucket: locked.arn, encryptionConfiguration: { replicaKmsKeyId: replica.arn } },
        },
      ],
    },
    { dependsOn: [versioning, kept, allowed] },
  );
  const issuer = new aws.iam.OpenIdConnectProvider("cluster", {
    url: "https://oidc.eks.us-east-1.amazonaws.com/id/SECONDSITE",
    clientIdLists: ["sts.amazonaws.com"],
  });

  const zone = new aws.route53.Zone("chat", { name: "chat.test" });
  const check = new aws.route53.HealthCheck("primary", {
    type: "HTTPS",
    fqdn: "primary.chat.test",
    resourcePath: "/health/deep",
    requestInterval: 10,
  });
  const record = new aws.route53.Record("api", {
    zoneId: zone.zoneId,
    name: "api",
    type: "A",
    ttl: 60,
    records: ["10.1.1.1"],
    setIdentifier: "primary",
    healthCheckId: check.id,
    failoverRoutingPolicies: [{ type: "PRIMARY" }],
  });
  new aws.route53.Record("text", {
    zoneId: zone.zoneId,
    name: "t.chat.test",
    type: "TXT",
    ttl: 60,
    records: ["b", "a"],
  });
  return {
    bucket,
    locked: locked.bucket,
    spare: spare.bucket,
    domain: plain.bucketRegionalDomainName,
    fqdn: record.fqdn,
    issuer: issuer.url,
    issuerArn: issuer.arn,
    keyArn: key.arn,
    keyId: key.keyId,
    nameServers: zone.nameServers,
    role: role.name,
    rolePolicy: allowed.name,
    check: check.id,
    zoneId: zone.zoneId,
  };
}
