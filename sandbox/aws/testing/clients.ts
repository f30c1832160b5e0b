import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  type IAMClientConfig,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";

import type { Credentials } from "./local-aws.js";

/** Whatever knows how a client is configured. */
interface Aws {
  client(region: string): IAMClientConfig;
}

/** One statement of a policy. */
export type Statement = Readonly<Record<string, unknown>>;

/** A policy document of these statements. */
export function policy(...Statement: readonly Statement[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement });
}

/** Creates a role with one inline policy and returns its ARN. */
export async function createRole(
  aws: Aws,
  RoleName: string,
  trust: Statement,
  ...allowed: readonly Statement[]
): Promise<string> {
  const iam = new IAMClient(aws.client("us-east-1"));
  const { Role } = await iam.send(
    new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: policy({ Effect: "Allow", ...trust }) }),
  );
  if (allowed.length > 0) {
    const PolicyDocument = policy(...allowed.map((statement) => ({ Effect: "Allow", ...statement })));
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "inline", PolicyDocument }));
  }
  if (!Role?.Arn) throw new Error(`${RoleName} was created without an ARN`);
  return Role.Arn;
}

/** Creates an IAM user with one inline policy, a caller who is not root, and returns its credentials. */
export async function createUser(
  aws: Aws,
  UserName: string,
  ...allowed: readonly Statement[]
): Promise<Credentials> {
  const iam = new IAMClient(aws.client("us-east-1"));
  await iam.send(new CreateUserCommand({ UserName }));
  const PolicyDocument = policy(...allowed.map((statement) => ({ Effect: "Allow", ...statement })));
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: "inline", PolicyDocument }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  return { accessKeyId: AccessKey?.AccessKeyId ?? "", secretAccessKey: AccessKey?.SecretAccessKey ?? "" };
}
