import { ReplicateKeyCommand } from "@aws-sdk/client-kms";
import type { ReplicaKeyArgs, ReplicaKeyState } from "@pulumi/aws/kms/replicaKey.js";

import { canonicalPolicy } from "../canonical.js";
import { policyDocument } from "../check/policy-document.js";
import { format, length, range, tags } from "../check/rules.js";
import type { ResourceType } from "../resource.js";
import {
  deleteKey,
  describeKey,
  putDescription,
  putEnabled,
  putPolicy,
  putTags,
  readKey,
} from "./key-parts.js";
import { toKmsTags } from "./key-tags.js";

const multiRegionKey = /^arn:aws[\w-]*:kms:([a-z0-9-]+):\d{12}:key\/mrk-[0-9a-f]+$/;

/** A multi-Region key's replica in another region. */
export const replicaKey = {
  token: "aws:kms/replicaKey:ReplicaKey",
  replaceOn: ["primaryKeyArn", "region"],
  writeOnly: ["bypassPolicyLockoutSafetyCheck", "deletionWindowInDays"],
  computed: ["policy"],
  defaults: { bypassPolicyLockoutSafetyCheck: false, enabled: true },
  rules: [
    format("primaryKeyArn", multiRegionKey, "the ARN of a multi-Region key (arn:aws:kms:…:key/mrk-…)"),
    range("deletionWindowInDays", 7, 30),
    length("description", 8192),
    policyDocument("policy", "resource"),
    length("policy", 32_768),
    ({ primaryKeyArn, region }) =>
      typeof region === "string" && regionOf(String(primaryKeyArn)) === region
        ? [
            {
              property: "region",
              reason: `is ${region}, where the primary key is; a replica is in another region`,
            },
          ]
        : [],
    tags,
  ],
  canonical: { policy: canonicalPolicy },

  async create(aws, inputs, note) {
    const region = inputs.region ?? aws.region;
    const primary = aws.kms(regionOf(inputs.primaryKeyArn));
    const { ReplicaKeyMetadata } = await primary.send(
      new ReplicateKeyCommand({
        BypassPolicyLockoutSafetyCheck: inputs.bypassPolicyLockoutSafetyCheck,
        Description: inputs.description,
        KeyId: inputs.primaryKeyArn.slice(inputs.primaryKeyArn.lastIndexOf("/") + 1),
        Policy: inputs.policy,
        ReplicaRegion: region,
        Tags: toKmsTags(inputs.tags),
      }),
    );
    const id = ReplicaKeyMetadata?.KeyId ?? "";
    note(id);
    const replica = aws.kms(region);
    // It takes no other call until KMS has copied the key material.
    for (let tries = 0; (await describeKey(replica, id))?.KeyState === "Creating"; tries++) {
      if (tries === 120)
        throw new Error(
          `kms ReplicateKey: the replica ${id} in ${region} is still being created after 2 minutes`,
        );
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
    if (inputs.enabled === false) await putEnabled(replica, id, false);
    return id;
  },

  async read(aws, id, known) {
    const region = known.region ?? aws.region;
    const found = await readKey(aws.kms(region), id);
    if (!found) return undefined;
    const { metadata } = found;
    return {
      arn: metadata.Arn,
      description: metadata.Description,
      enabled: metadata.Enabled,
      keyId: metadata.KeyId,
      keyRotationEnabled: found.rotation.enabled,
      keySpec: metadata.KeySpec,
      keyUsage: metadata.KeyUsage,
      policy: found.policy,
      primaryKeyArn: metadata.MultiRegionConfiguration?.PrimaryKey?.Arn ?? known.primaryKeyArn,
      region,
      tags: found.tags,
    };
  },

  async update(aws, { id, inputs, old, changed }) {
    const client = aws.kms(inputs.region);
    const enabled = inputs.enabled ?? true;
    if (changed.has("enabled") && enabled) await putEnabled(client, id, true);
    if (changed.has("description")) await putDescription(client, id, inputs.description ?? "");
    if (changed.has("policy") && inputs.policy !== undefined)
      await putPolicy(client, id, inputs.policy, inputs.bypassPolicyLockoutSafetyCheck);
    if (changed.has("tags")) await putTags(client, id, old.tags, inputs.tags);
    if (changed.has("enabled") && !enabled) await putEnabled(client, id, false);
  },

  async delete(aws, id, { region, deletionWindowInDays }) {
    await deleteKey(aws.kms(region), id, deletionWindowInDays);
  },
} as const satisfies ResourceType<ReplicaKeyArgs, ReplicaKeyState>;

function regionOf(arn: string): string | undefined {
  return multiRegionKey.exec(arn)?.[1];
}
