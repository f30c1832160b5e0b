import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";

import { asCredentials, type awsOf, type Credentials } from "./aws.js";

/**
 * Makes the plan's break-glass role, which the policies of the vault spare, and gives its credentials.
 *
 * @param aws options of SDK clients for a region
 */
export async function asBreakGlass(
  aws: Awaited<ReturnType<typeof awsOf>>,
  region: string,
  account: string,
): Promise<Credentials> {
  const iam = new IAMClient(aws(region));
  const policy = (statement: object) =>
    JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", ...statement }] });
  const UserName = "officer";
  const RoleName = "break-glass";
  const everything = policy({ Action: ["s3:*", "sts:AssumeRole"], Resource: "*" });
  await iam.send(new CreateUserCommand({ UserName }));
  await iam.send(
    new PutUserPolicyCommand({ UserName, PolicyName: "everything", PolicyDocument: everything }),
  );
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  const trust = policy({
    Principal: { AWS: `arn:aws:iam::${account}:user/${UserName}` },
    Action: "sts:AssumeRole",
  });
  const { Role } = await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust }));
  await iam.send(
    new PutRolePolicyCommand({ RoleName, PolicyName: "everything", PolicyDocument: everything }),
  );
  const sts = new STSClient(
    aws(region, {
      accessKeyId: AccessKey?.AccessKeyId ?? "",
      secretAccessKey: AccessKey?.SecretAccessKey ?? "",
    }),
  );
  const { Credentials: given } = await sts.send(
    new AssumeRoleCommand({ RoleArn: Role?.Arn, RoleSessionName: "test" }),
  );
  return asCredentials(given);
}
