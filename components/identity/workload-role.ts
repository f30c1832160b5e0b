import * as iam from "@pulumi/aws/iam/index.js";
import * as pulumi from "@pulumi/pulumi";

import type { RoleBounds } from "../../plan/index.js";
import { stsAudience } from "./oidc-provider.js";
import { policyDocument, type Statement } from "./policy-document.js";

/** Who may assume the role and what it may do. */
export interface WorkloadRoleArgs {
  /** Name of the role; a function of the plan, so a standby knows it without asking IAM. */
  readonly roleName: string;
  /** What the account's owner asks of it; see `roleBounds`. @default nothing */
  readonly bounds?: RoleBounds;
  /** OIDC provider of the cluster the workload runs in. */
  readonly providerArn: pulumi.Input<string>;
  /** Issuer of that cluster's tokens, an https address. */
  readonly issuer: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  /** Everything the workload may do; nothing else is allowed. */
  readonly statements: readonly Statement[];
}

/** A role that exactly one ServiceAccount of one cluster can assume, by web identity: no keys to leak. */
export class WorkloadRole extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: WorkloadRoleArgs, opts?: pulumi.ComponentResourceOptions) {
    super("secondsite:identity:WorkloadRole", name, args, opts);
    const issuer = args.issuer.replace("https://", "");
    const role = new iam.Role(
      `${name}-role`,
      {
        name: args.roleName,
        ...args.bounds,
        assumeRolePolicy: policyDocument([
          {
            Sid: "OneServiceAccount",
            Effect: "Allow",
            Principal: { Federated: args.providerArn },
            Action: "sts:AssumeRoleWithWebIdentity",
            Condition: {
              StringEquals: {
                [`${issuer}:sub`]: `system:serviceaccount:${args.namespace}:${args.serviceAccount}`,
                [`${issuer}:aud`]: stsAudience,
              },
            },
          },
        ]),
      },
      { parent: this },
    );
    new iam.RolePolicy(
      `${name}-permissions`,
      { name: "permissions", role: role.name, policy: policyDocument(args.statements) },
      { parent: this },
    );
    this.arn = role.arn;
    this.registerOutputs({ arn: this.arn });
  }
}
