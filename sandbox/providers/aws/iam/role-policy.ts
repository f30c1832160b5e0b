import { DeleteRolePolicyCommand, GetRolePolicyCommand, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import type { RolePolicyArgs, RolePolicyState } from "@pulumi/aws/iam/rolePolicy.js";

import { canonicalPolicy } from "../canonical.js";
import { policyDocument } from "../check/policy-document.js";
import { length } from "../check/rules.js";
import { orUndefined } from "../errors.js";
import type { ResourceType } from "../resource.js";
import { decodedPolicy, iamName } from "./names.js";

/** What a role may do; a policy that belongs to it alone. */
export const rolePolicy = {
  token: "aws:iam/rolePolicy:RolePolicy",
  replaceOn: ["name", "namePrefix", "role"],
  writeOnly: ["namePrefix"],
  autoname: { property: "name", maxLength: 128 },
  rules: [
    iamName("name", 128),
    iamName("role", 64),
    policyDocument("policy", "identity"),
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: 10,240 without white space
    length("policy", 10_240),
  ],
  canonical: { policy: canonicalPolicy },

  async create(aws, { name = "", role, policy }) {
    await aws
      .iam()
      .send(new PutRolePolicyCommand({ RoleName: role, PolicyName: name, PolicyDocument: policy }));
    return `${role}:${name}`;
  },

  async read(aws, id) {
    const [RoleName, PolicyName] = id.split(":");
    const found = await orUndefined(
      aws.iam().send(new GetRolePolicyCommand({ RoleName, PolicyName })),
      "NoSuchEntityException",
      "NoSuchEntity",
    );
    return found && { name: PolicyName, policy: decodedPolicy(found.PolicyDocument), role: RoleName };
  },

  async update(aws, { inputs: { name, role, policy } }) {
    await aws
      .iam()
      .send(new PutRolePolicyCommand({ RoleName: role, PolicyName: name, PolicyDocument: policy }));
  },

  async delete(aws, id) {
    const [RoleName, PolicyName] = id.split(":");
    await orUndefined(
      aws.iam().send(new DeleteRolePolicyCommand({ RoleName, PolicyName })),
      "NoSuchEntityException",
      "NoSuchEntity",
    );
  },
} as const satisfies ResourceType<RolePolicyArgs, RolePolicyState>;
