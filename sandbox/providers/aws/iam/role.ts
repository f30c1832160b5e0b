import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePermissionsBoundaryCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetRoleCommand,
  type IAMClient,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  PutRolePermissionsBoundaryCommand,
  TagRoleCommand,
  UntagRoleCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
} from "@aws-sdk/client-iam";
import type { RoleArgs, RoleState } from "@pulumi/aws/iam/role.js";

import { canonicalPolicy } from "../canonical.js";
import { policyDocument } from "../check/policy-document.js";
import { arn, format, length, range, tags } from "../check/rules.js";
import { orUndefined } from "../errors.js";
import type { ResourceType } from "../resource.js";
import { fromTagList, removedTags, toTagList } from "../tags.js";
import { decodedPolicy, iamName } from "./names.js";

/** An identity that others take on, as its trust policy allows. */
export const role = {
  token: "aws:iam/role:Role",
  replaceOn: ["name", "namePrefix", "path"],
  unsupported: ["inlinePolicies", "managedPolicyArns"],
  writeOnly: ["forceDetachPolicies", "namePrefix"],
  defaults: { forceDetachPolicies: false, maxSessionDuration: 3600, path: "/" },
  autoname: { property: "name", maxLength: 64 },
  rules: [
    iamName("name", 64),
    length("description", 1000),
    range("maxSessionDuration", 3600, 43_200),
    format("path", /^\/([\x21-\x7e]*\/)?$/, "a path that starts and ends with /"),
    arn("permissionsBoundary"),
    policyDocument("assumeRolePolicy", "trust"),
    tags,
  ],
  canonical: { assumeRolePolicy: canonicalPolicy },

  async create(aws, inputs) {
    const { name = "" } = inputs;
    await aws.iam().send(
      new CreateRoleCommand({
        AssumeRolePolicyDocument: inputs.assumeRolePolicy,
        Description: inputs.description,
        MaxSessionDuration: inputs.maxSessionDuration,
        Path: inputs.path,
        PermissionsBoundary: inputs.permissionsBoundary,
        RoleName: name,
        Tags: toTagList(inputs.tags),
      }),
    );
    return name;
  },

  async read(aws, id) {
    const found = await orUndefined(
      aws.iam().send(new GetRoleCommand({ RoleName: id })),
      "NoSuchEntityException",
      "NoSuchEntity",
    );
    const live = found?.Role;
    return (
      live && {
        arn: live.Arn,
        assumeRolePolicy: decodedPolicy(live.AssumeRolePolicyDocument),
        createDate: live.CreateDate?.toISOString().replace(".000Z", "Z"),
        description: live.Description ?? "",
        maxSessionDuration: live.MaxSessionDuration ?? 3600,
        name: live.RoleName,
        path: live.Path,
        permissionsBoundary: live.PermissionsBoundary?.PermissionsBoundaryArn,
        tags: fromTagList(live.Tags),
        uniqueId: live.RoleId,
      }
    );
  },

  async update(aws, { id: RoleName, inputs, old, changed }) {
    const client = aws.iam();
    if (changed.has("assumeRolePolicy")) {
      const PolicyDocument = inputs.assumeRolePolicy;
      await client.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument }));
    }
    if (changed.has("description") || changed.has("maxSessionDuration")) {
      const { description: Description = "", maxSessionDuration: MaxSessionDuration = 3600 } = inputs;
      await client.send(new UpdateRoleCommand({ RoleName, Description, MaxSessionDuration }));
    }
    if (changed.has("permissionsBoundary")) {
      const { permissionsBoundary: PermissionsBoundary } = inputs;
      if (PermissionsBoundary)
        await client.send(new PutRolePermissionsBoundaryCommand({ RoleName, PermissionsBoundary }));
      else await client.send(new DeleteRolePermissionsBoundaryCommand({ RoleName }));
    }
    if (changed.has("tags")) {
      const TagKeys = removedTags(old.tags, inputs.tags);
      if (TagKeys.length > 0) await client.send(new UntagRoleCommand({ RoleName, TagKeys }));
      const Tags = toTagList(inputs.tags);
      if (Tags.length > 0) await client.send(new TagRoleCommand({ RoleName, Tags }));
    }
  },

  async delete(aws, id, { forceDetachPolicies }) {
    const client = aws.iam();
    const remove = async () => {
      if (forceDetachPolicies) await detachPolicies(client, id);
      await client.send(new DeleteRoleCommand({ RoleName: id }));
    };
    await orUndefined(remove(), "NoSuchEntityException", "NoSuchEntity");
  },
} as const satisfies ResourceType<RoleArgs, RoleState>;

async function detachPolicies(client: IAMClient, RoleName: string): Promise<void> {
  const { AttachedPolicies = [] } = await client.send(new ListAttachedRolePoliciesCommand({ RoleName }));
  for (const { PolicyArn } of AttachedPolicies)
    await client.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }));
  const { PolicyNames = [] } = await client.send(new ListRolePoliciesCommand({ RoleName }));
  for (const PolicyName of PolicyNames)
    await client.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
}
