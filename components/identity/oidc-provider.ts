import * as iam from "@pulumi/aws/iam/index.js";
import * as pulumi from "@pulumi/pulumi";

import { rejectInvalid } from "../errors.js";

/** Audience of the tokens that Pods exchange for AWS credentials. */
export const stsAudience = "sts.amazonaws.com";

/** Which cluster AWS is to trust. */
export interface ClusterTrustArgs {
  /** Issuer of the cluster's ServiceAccount tokens, an https address. */
  readonly issuer: string;
}

/** Lets AWS accept the ServiceAccount tokens of one cluster. */
export class ClusterTrust extends pulumi.ComponentResource {
  /** ARN of the OIDC provider that roles trust. */
  readonly providerArn: pulumi.Output<string>;

  constructor(name: string, args: ClusterTrustArgs, opts?: pulumi.ComponentResourceOptions) {
    rejectInvalid(`ClusterTrust "${name}"`, {
      issuer: !args.issuer.startsWith("https://") && `must start with https://, got "${args.issuer}"`,
    });
    super("secondsite:identity:ClusterTrust", name, args, opts);
    const provider = new iam.OpenIdConnectProvider(
      `${name}-issuer`,
      { url: args.issuer, clientIdLists: [stsAudience] },
      { parent: this },
    );
    this.providerArn = provider.arn;
    this.registerOutputs({ providerArn: this.providerArn });
  }
}
