import type * as pulumi from "@pulumi/pulumi";

import { cloudSiteOf, directSites, names, type Plan, tendedDatasets } from "../../plan/index.js";
import type { Statement } from "./policy-document.js";
import { readState } from "./read-state.js";
import { recordOperations } from "./record-operations.js";

/**
 * What each job of a dataset may do, and nothing else.
 *
 * All jobs' keys are wrapped by one key of the category, and objects are encrypted under it, too. What tells a job's
 * keys from another's is what each wrapping is bound to: the encryption context names plan, dataset and key.
 */
export function datasetPermissions(
  plan: Plan,
  dataset: string,
  job: names.DatasetJob,
  keyArns: readonly pulumi.Input<string>[],
): Statement[] {
  const tended = tendedDatasets(plan).find(({ name }) => name === dataset);
  if (!tended?.jobs.includes(job)) return [];
  const { spec } = tended;
  const sites = directSites(spec);
  const buckets = sites.map((site) => `arn:aws:s3:::${names.vaultBucket(plan, site, spec.category)}`);
  const within = (prefix: string) => buckets.map((bucket) => `${bucket}/${prefix}*`);
  // What is not a database has no tool's repository, and no passphrase of one.
  const repository = spec.kind === "postgres" ? [names.repositoryPrefix(dataset)] : [];
  const passphrase = spec.kind === "postgres" ? ["passphrase"] : [];
  const manifests = names.chainsPrefix(dataset);
  const divergence = names.divergencePrefixes(dataset);
  const keys = names.keyPrefix(dataset);
  const points = names.pointsPrefix(dataset);
  const leases = names.jobLeasePrefix(dataset);
  const heads = names.headsPrefix(dataset);
  const list: Statement = {
    Sid: "ListOwnPrefixes",
    Effect: "Allow",
    Action: "s3:ListBucket",
    Resource: buckets,
    Condition: {
      StringLike: {
        "s3:prefix": [
          "",
          ...[...repository, manifests, keys, points, leases, heads].map((prefix) => `${prefix}*`),
        ],
      },
    },
  };
  const allow = (
    Sid: string,
    Action: string | string[],
    Resource: Statement["Resource"] = [],
  ): Statement => ({
    Sid,
    Effect: "Allow",
    Action,
    Resource,
  });
  const regions = [...new Set(sites.map((site) => cloudSiteOf(plan, site).region))];
  /** S3 uses the key on the job's behalf for the objects that it may read or write: nothing else opens by this. */
  const throughS3 = (...actions: string[]): Statement => ({
    ...allow("UseCategoryKeyThroughS3", actions, keyArns),
    Condition: { StringEquals: { "kms:ViaService": regions.map((region) => `s3.${region}.amazonaws.com`) } },
  });
  const readAndWriteObjects = throughS3("kms:Decrypt", "kms:GenerateDataKey");
  const ownKeys = (Sid: string, action: string, ...ids: string[]): Statement => ({
    ...allow(Sid, action, keyArns),
    Condition: {
      StringEquals: { "kms:EncryptionContext:plan": plan.name, "kms:EncryptionContext:dataset": dataset },
      // The first vaults' passphrases are bound to no key's name; no other key ever was without.
      [ids.includes("passphrase") ? "StringLikeIfExists" : "StringLike"]: {
        "kms:EncryptionContext:key": ids,
      },
    },
  });
  const readPassphrase = allow("ReadPassphrase", "s3:GetObject", within(`${keys}passphrase.`));
  const openPassphrase = ownKeys("OpenPassphrase", "kms:Decrypt", "passphrase");
  // Their public halves; what would sign with them opens for the backup alone.
  const readSigners = allow("ReadSigners", "s3:GetObject", within(`${keys}signing-`));
  const readLease =
    plan.lease && spec.kind === "postgres"
      ? [
          allow("ReadLease", "s3:GetObject", leaseArn(plan, plan.lease.witness, dataset)),
          // Without it S3 does not tell an absent lease from one that may not be read.
          allow(
            "SeeAbsentLease",
            "s3:ListBucket",
            `arn:aws:s3:::${names.leaseBucket(plan, plan.lease.witness)}`,
          ),
        ]
      : [];
  const clock = names.jobClockKey(`${dataset}/`);
  const holdJobLease = allow(
    "HoldJobLease",
    ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
    [leases, clock].flatMap(within),
  );
  /** By writes that cannot overwrite: they carry If-None-Match. */
  const append = (Sid: string, ...prefixes: string[]): Statement => ({
    ...allow(Sid, "s3:PutObject", prefixes.flatMap(within)),
    Condition: { Null: { "s3:if-none-match": "false" } },
  });
  const appendManifests = append("AppendManifests", manifests, heads);
  const readHeads = allow("ReadHeads", "s3:GetObject", within(heads));
  const seeVersions: Statement = {
    ...allow("SeeVersions", "s3:ListBucketVersions", buckets),
    Condition: {
      StringLike: { "s3:prefix": [...repository, manifests, keys, points].map((prefix) => `${prefix}*`) },
    },
  };
  switch (job) {
    case "secrets":
      return [
        list,
        readAndWriteObjects,
        allow("KeepKeys", ["s3:GetObject", "s3:PutObject"], within(keys)),
        // It wraps and never unwraps.
        ownKeys("WrapKeys", "kms:Encrypt", ...passphrase, "signing-*", "data-*"),
      ];
    case "database":
      return [
        list,
        readAndWriteObjects,
        readPassphrase,
        openPassphrase,
        allow("ReadAndArchive", ["s3:GetObject", "s3:PutObject"], repository.flatMap(within)),
        allow("ReadManifests", "s3:GetObject", within(manifests)),
        readSigners,
        // What a superseded database committed and nobody else has.
        allow("ExportDivergence", ["s3:GetObject", "s3:PutObject"], within(divergence)),
        {
          ...allow("ListDivergence", "s3:ListBucket", buckets),
          Condition: { StringLike: { "s3:prefix": `${divergence}*` } },
        },
        ...readLease,
        ...(plan.lease
          ? [allow("HoldLease", "s3:PutObject", leaseArn(plan, plan.lease.witness, dataset))]
          : []),
      ];
    case "backup":
      return [
        list,
        readAndWriteObjects,
        allow("ReadKeys", "s3:GetObject", within(keys)),
        ownKeys("OpenKeys", "kms:Decrypt", ...passphrase, "signing-*", "data-*"),
        // Deleting only sets a marker: versions are deleted by nobody but break-glass.
        ...repository.map((prefix) =>
          allow("KeepRepository", ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], within(prefix)),
        ),
        allow("WriteManifests", ["s3:GetObject", "s3:PutObject"], within(manifests)),
        append("KeepHeads", heads),
        readHeads,
        // Parts of a dump that failed are taken back.
        allow("KeepPoints", ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], within(points)),
        holdJobLease,
        ...recordOperations(plan, spec.category),
        ...readLease,
        ...(spec.kind === "configuration" ? readState(spec.source.reference) : []),
      ];
    case "verify":
      return [
        list,
        readAndWriteObjects,
        allow("ReadKeys", "s3:GetObject", within(keys)),
        // It signs what it found, and opens nothing of what it reads.
        ownKeys("OpenSigners", "kms:Decrypt", "signing-*"),
        allow("ReadPoints", "s3:GetObject", [...repository, points, manifests].flatMap(within)),
        appendManifests,
        readHeads,
        ...recordOperations(plan, spec.category),
      ];
    case "prune":
      return [
        list,
        readAndWriteObjects,
        allow("ReadKeys", "s3:GetObject", within(keys)),
        ownKeys("OpenSigners", "kms:Decrypt", "signing-*"),
        allow("ReadManifests", "s3:GetObject", within(manifests)),
        appendManifests,
        readHeads,
        // Deleting only sets a marker: versions are deleted by nobody but break-glass.
        allow("DropPoints", "s3:DeleteObject", within(points)),
        holdJobLease,
        seeVersions,
        allow("SeeLocks", "s3:GetObjectRetention", within(points)),
        allow("SeeUnfinished", "s3:ListBucketMultipartUploads", buckets),
        allow("EndUnfinished", "s3:AbortMultipartUpload", [points, manifests, keys].flatMap(within)),
        ...recordOperations(plan, spec.category),
      ];
    case "lock":
      return [
        list,
        readAndWriteObjects,
        allow("ReadKeys", "s3:GetObject", within(keys)),
        allow("ReadManifests", "s3:GetObject", [...repository, manifests, heads].flatMap(within)),
        allow("ReadClock", ["s3:GetObject", "s3:PutObject"], within(clock)),
        seeVersions,
        // Under the vault's lock a retention can only be made longer: nobody may bypass it.
        allow(
          "LockOn",
          ["s3:GetObjectRetention", "s3:PutObjectRetention"],
          [...repository, points, manifests, keys].flatMap(within),
        ),
        ...recordOperations(plan, spec.category),
      ];
    case "drill":
      return [
        list,
        readAndWriteObjects,
        allow("ReadKeys", "s3:GetObject", within(keys)),
        ownKeys("OpenKeys", "kms:Decrypt", "signing-*", "data-*"),
        allow("ReadPoints", "s3:GetObject", [points, manifests].flatMap(within)),
        appendManifests,
        readHeads,
        ...recordOperations(plan, spec.category),
      ];
    case "replay":
      return [
        list,
        readAndWriteObjects,
        allow("ReadKeys", "s3:GetObject", within(keys)),
        ownKeys("OpenKeys", "kms:Decrypt", ...passphrase, "signing-*"),
        // It archives nothing, and takes nothing out of a repository.
        allow("ReadPoints", "s3:GetObject", [...repository, manifests].flatMap(within)),
        appendManifests,
        readHeads,
        ...recordOperations(plan, spec.category),
      ];
    case "restore":
      return [
        list,
        throughS3("kms:Decrypt"),
        allow("ReadKeys", "s3:GetObject", within(keys)),
        ownKeys("OpenKeys", "kms:Decrypt", ...passphrase, "data-*"),
        // Reads, and nothing else: a restored instance cannot archive, whatever it is told.
        allow("ReadRepository", "s3:GetObject", repository.flatMap(within)),
        allow("ReadManifests", "s3:GetObject", within(manifests)),
      ];
  }
}

const leaseArn = (plan: Plan, witness: string, dataset: string) =>
  `arn:aws:s3:::${names.leaseBucket(plan, witness)}/${names.leaseKey(dataset)}`;
