import { CreateKeyCommand, KeySpec, KeyUsageType } from "@aws-sdk/client-kms";
import type { KeyArgs, KeyState } from "@pulumi/aws/kms/key.js";

import { canonicalPolicy } from "../canonical.js";
import { policyDocument } from "../check/policy-document.js";
import { length, needs, oneOf, range, tags } from "../check/rules.js";
import type { ResourceType } from "../resource.js";
import {
  deleteKey,
  putDescription,
  putEnabled,
  putPolicy,
  putRotation,
  putTags,
  readKey,
} from "./key-parts.js";
import { toKmsTags } from "./key-tags.js";

/** A key, with several regions' worth of replicas if it is a multi-Region one. */
export const key = {
  token: "aws:kms/key:Key",
  replaceOn: ["customerMasterKeySpec", "keyUsage", "multiRegion", "region"],
  unsupported: ["customKeyStoreId", "xksKeyId"],
  writeOnly: ["bypassPolicyLockoutSafetyCheck", "deletionWindowInDays"],
  computed: ["policy"],
  defaults: {
    bypassPolicyLockoutSafetyCheck: false,
    customerMasterKeySpec: "SYMMETRIC_DEFAULT",
    enableKeyRotation: false,
    isEnabled: true,
    keyUsage: "ENCRYPT_DECRYPT",
    multiRegion: false,
    // https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKeyRotation.html
    rotationPeriodInDays: 365,
  },
  rules: [
    oneOf("customerMasterKeySpec", KeySpec),
    oneOf("keyUsage", KeyUsageType),
    range("deletionWindowInDays", 7, 30),
    range("rotationPeriodInDays", 90, 2560),
    needs("", "rotationPeriodInDays", ["enableKeyRotation"]),
    length("description", 8192),
    policyDocument("policy", "resource"),
    // https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html
    length("policy", 32_768),
    (inputs) =>
      inputs.enableKeyRotation === true &&
      (inputs.customerMasterKeySpec ?? "SYMMETRIC_DEFAULT") !== "SYMMETRIC_DEFAULT"
        ? [
            {
              property: "enableKeyRotation",
              reason: "is true; only keys of the spec SYMMETRIC_DEFAULT rotate",
            },
          ]
        : [],
    tags,
  ],
  canonical: { policy: canonicalPolicy },

  async create(aws, inputs, note) {
    const client = aws.kms(inputs.region);
    const { KeyMetadata } = await client.send(
      new CreateKeyCommand({
        BypassPolicyLockoutSafetyCheck: inputs.bypassPolicyLockoutSafetyCheck,
        Description: inputs.description,
        KeySpec: inputs.customerMasterKeySpec as KeySpec | undefined,
        KeyUsage: inputs.keyUsage as KeyUsageType | undefined,
        MultiRegion: inputs.multiRegion,
        Policy: inputs.policy,
        Tags: toKmsTags(inputs.tags),
      }),
    );
    const id = KeyMetadata?.KeyId ?? "";
    note(id);
    if (inputs.enableKeyRotation) await putRotation(client, id, true, inputs.rotationPeriodInDays);
    if (inputs.isEnabled === false) await putEnabled(client, id, false);
    return id;
  },

  async read(aws, id, known) {
    const region = known.region ?? aws.region;
    const found = await readKey(aws.kms(region), id);
    return (
      found && {
        arn: found.metadata.Arn,
        customerMasterKeySpec: found.metadata.KeySpec,
        description: found.metadata.Description,
        enableKeyRotation: found.rotation.enabled,
        isEnabled: found.metadata.Enabled,
        keyId: found.metadata.KeyId,
        keyUsage: found.metadata.KeyUsage,
        multiRegion: found.metadata.MultiRegion ?? false,
        policy: found.policy,
        region,
        rotationPeriodInDays: found.rotation.days,
        tags: found.tags,
      }
    );
  },

  async update(aws, { id, inputs, old, changed }) {
    const client = aws.kms(inputs.region);
    const enabled = inputs.isEnabled ?? true;
    // A disabled key takes no change, so it is enabled first and disabled last.
    if (changed.has("isEnabled") && enabled) await putEnabled(client, id, true);
    if (changed.has("enableKeyRotation") || changed.has("rotationPeriodInDays"))
      await putRotation(client, id, inputs.enableKeyRotation ?? false, inputs.rotationPeriodInDays);
    if (changed.has("description")) await putDescription(client, id, inputs.description ?? "");
    if (changed.has("policy") && inputs.policy !== undefined)
      await putPolicy(client, id, inputs.policy, inputs.bypassPolicyLockoutSafetyCheck);
    if (changed.has("tags")) await putTags(client, id, old.tags, inputs.tags);
    if (changed.has("isEnabled") && !enabled) await putEnabled(client, id, false);
  },

  async delete(aws, id, { region, deletionWindowInDays }) {
    await deleteKey(aws.kms(region), id, deletionWindowInDays);
  },
} as const satisfies ResourceType<KeyArgs, KeyState>;
