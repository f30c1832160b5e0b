import { GetBucketVersioningCommand, MFADelete, PutBucketVersioningCommand } from "@aws-sdk/client-s3";
import type { BucketVersioningArgs, BucketVersioningState } from "@pulumi/aws/s3/bucketVersioning.js";

import { isObject } from "../../protocol/index.js";
import type { Aws } from "../aws.js";
import { oneOf } from "../check/rules.js";
import { isError, orUndefined } from "../errors.js";
import type { Plain } from "../plain.js";
import type { ResourceType } from "../resource.js";
import { configurationId, configuredBucket, target } from "./names.js";

/** Whether a bucket keeps versions. Once it does, it can be suspended but not undone. */
export const bucketVersioning = {
  token: "aws:s3/bucketVersioning:BucketVersioning",
  replaceOn: ["bucket", "expectedBucketOwner", "region"],
  writeOnly: ["mfa", "expectedBucketOwner"],
  rules: [
    ...configuredBucket,
    // `Disabled` is the official provider's word for a bucket that never had versions.
    oneOf("versioningConfiguration.status", ["Enabled", "Suspended", "Disabled"]),
    oneOf("versioningConfiguration.mfaDelete", MFADelete),
  ],
  canonical: {
    versioningConfiguration: (value) =>
      isObject(value) && value.mfaDelete === "Disabled" ? { ...value, mfaDelete: null } : value,
  },

  async create(aws, inputs) {
    const id = configurationId(inputs);
    if (inputs.versioningConfiguration.status !== "Disabled") await put(aws, id, inputs);
    return id;
  },

  async read(aws, id, known) {
    const found = await orUndefined(
      aws.s3(known.region).send(new GetBucketVersioningCommand(target(id, known))),
      "NoSuchBucket",
    );
    if (!found) return undefined;
    const { Status: status = "Disabled", MFADelete: mfaDelete } = found;
    return {
      bucket: target(id, known).Bucket,
      region: known.region ?? aws.region,
      versioningConfiguration: { status, mfaDelete },
    };
  },

  async update(aws, { id, inputs, old }) {
    const { status } = inputs.versioningConfiguration;
    if (status === "Disabled" && old.versioningConfiguration.status !== "Disabled") {
      throw new Error(
        `versioningConfiguration.status: S3 can't go back from ${old.versioningConfiguration.status} to Disabled; use Suspended`,
      );
    }
    if (status !== "Disabled") await put(aws, id, inputs);
  },

  async delete(aws, id, known) {
    const { versioningConfiguration: was } = known;
    if (was?.status !== "Enabled") return;
    try {
      await aws.s3(known.region).send(
        new PutBucketVersioningCommand({
          ...target(id, known),
          VersioningConfiguration: { Status: "Suspended" },
        }),
      );
    } catch (error) {
      // A bucket with Object Lock keeps versions for good, so there is nothing to undo.
      if (!isError(error, "NoSuchBucket", "InvalidBucketState")) throw error;
    }
  },
} as const satisfies ResourceType<BucketVersioningArgs, BucketVersioningState>;

async function put(aws: Aws, id: string, inputs: Plain<BucketVersioningArgs>): Promise<void> {
  const { status, mfaDelete } = inputs.versioningConfiguration;
  await aws.s3(inputs.region).send(
    new PutBucketVersioningCommand({
      ...target(id, inputs),
      MFA: inputs.mfa,
      VersioningConfiguration: {
        Status: status as "Enabled" | "Suspended",
        ...(mfaDelete && { MFADelete: mfaDelete as MFADelete }),
      },
    }),
  );
}
