import { GetKeyPolicyCommand } from "@aws-sdk/client-kms";
import type { KeyPolicyArgs, KeyPolicyState } from "@pulumi/aws/kms/keyPolicy.js";

import { canonicalPolicy } from "../canonical.js";
import { policyDocument } from "../check/policy-document.js";
import { length } from "../check/rules.js";
import { orUndefined } from "../errors.js";
import type { ResourceType } from "../resource.js";
import { describeKey, putPolicy } from "./key-parts.js";

/** Who may do what with a key, apart from the key itself. */
export const keyPolicy = {
  token: "aws:kms/keyPolicy:KeyPolicy",
  replaceOn: ["keyId", "region"],
  writeOnly: ["bypassPolicyLockoutSafetyCheck"],
  defaults: { bypassPolicyLockoutSafetyCheck: false },
  rules: [length("keyId", 2048, 1), policyDocument("policy", "resource"), length("policy", 32_768)],
  canonical: { policy: canonicalPolicy },

  async create(aws, { keyId, policy, region, bypassPolicyLockoutSafetyCheck }) {
    await putPolicy(aws.kms(region), keyId, policy, bypassPolicyLockoutSafetyCheck);
    return keyId;
  },

  async read(aws, id, known) {
    const region = known.region ?? aws.region;
    const client = aws.kms(region);
    if (!(await describeKey(client, id))) return undefined;
    const found = await client.send(new GetKeyPolicyCommand({ KeyId: id, PolicyName: "default" }));
    return { keyId: id, policy: found.Policy, region };
  },

  async update(aws, { id, inputs: { policy, region, bypassPolicyLockoutSafetyCheck } }) {
    await putPolicy(aws.kms(region), id, policy, bypassPolicyLockoutSafetyCheck);
  },

  async delete(aws, id, { region, bypassPolicyLockoutSafetyCheck }) {
    const client = aws.kms(region);
    if (!(await describeKey(client, id))) return;
    // A key always has a policy; without one of its own it has AWS's default.
    await orUndefined(
      putPolicy(client, id, await defaultPolicy(aws), bypassPolicyLockoutSafetyCheck),
      "NotFoundException",
    );
  },
} as const satisfies ResourceType<KeyPolicyArgs, KeyPolicyState>;

/** https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html */
async function defaultPolicy(aws: {
  arn(service: string, region: string, resource: string): Promise<string>;
}) {
  const AWS = await aws.arn("iam", "", "root");
  const statement = {
    Sid: "Enable IAM User Permissions",
    Effect: "Allow",
    Principal: { AWS },
    Action: "kms:*",
    Resource: "*",
  };
  return JSON.stringify({ Id: "key-default-1", Version: "2012-10-17", Statement: [statement] });
}
