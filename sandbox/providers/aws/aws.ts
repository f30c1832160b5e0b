import { IAMClient } from "@aws-sdk/client-iam";
import { KMSClient } from "@aws-sdk/client-kms";
import { Route53Client } from "@aws-sdk/client-route-53";
import { S3Client } from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { fromTemporaryCredentials } from "@aws-sdk/credential-providers";

import { explained } from "./errors.js";

/** A role that every call is made under, as the provider's `assumeRoles` says. */
export interface AssumedRole {
  readonly roleArn: string;
  readonly sessionName: string;
  readonly externalId?: string;
}

/** How AWS is reached. */
export interface AwsOptions {
  /** Region of resources that name none. */
  readonly region: string;
  /** @default the environment's credentials as they are */
  readonly assumedRole?: AssumedRole;
}

/**
 * How long one try may take, in milliseconds, and how many there are. A region that is lost answers with
 * nothing at all; three tries to connect then end within ten seconds.
 */
const patience = {
  maxAttempts: 3,
  retryMode: "standard",
  requestHandler: { connectionTimeout: 2_500 },
} as const;

/** AWS's clients, one per service and region, with default endpoints and the environment's credentials. */
export class Aws {
  readonly #clients = new Map<string, unknown>();
  #identity: Promise<{ account: string; arn: string; userId: string }> | undefined;

  constructor(readonly options: AwsOptions) {}

  /** Region of resources that name none. */
  get region(): string {
    return this.options.region;
  }

  /** `aws`, `aws-cn` or `aws-us-gov`: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html */
  get partition(): string {
    if (this.region.startsWith("cn-")) return "aws-cn";
    return this.region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
  }

  /** Domain under which the partition's services are. */
  get dnsSuffix(): string {
    return this.partition === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com";
  }

  s3(region: string | undefined): S3Client {
    const settings = { followRegionRedirects: false };
    return this.#client("s3", region, (options) => new S3Client({ ...options, ...settings }));
  }

  kms(region: string | undefined): KMSClient {
    return this.#client("kms", region, (options) => new KMSClient(options));
  }

  iam(): IAMClient {
    return this.#client("iam", undefined, (options) => new IAMClient(options));
  }

  route53(): Route53Client {
    return this.#client("route53", undefined, (options) => new Route53Client(options));
  }

  /** Who the environment's credentials, or the assumed role, are; asked once. */
  identity(): Promise<{ account: string; arn: string; userId: string }> {
    const sts = () => this.#client("sts", undefined, (options) => new STSClient(options));
    this.#identity ??= sts()
      .send(new GetCallerIdentityCommand({}))
      .then(({ Account = "", Arn = "", UserId = "" }) => ({ account: Account, arn: Arn, userId: UserId }))
      .catch((error: unknown) => {
        this.#identity = undefined;
        throw error;
      });
    return this.#identity;
  }

  /** An ARN of something that belongs to this account. */
  async arn(service: string, region: string, resource: string): Promise<string> {
    const { account } = await this.identity();
    return `arn:${this.partition}:${service}:${region}:${account}:${resource}`;
  }

  #client<Client extends ObservedClient>(
    service: string,
    region: string | undefined,
    make: (options: ClientOptions) => Client,
  ): Client {
    const where = region ?? this.region;
    const key = `${service} ${where}`;
    const known = this.#clients.get(key) as Client | undefined;
    if (known) return known;
    const { assumedRole } = this.options;
    const client = make({
      region: where,
      ...patience,
      ...(assumedRole && { credentials: roleCredentials(assumedRole, where) }),
    });
    explained(client, service, where);
    this.#clients.set(key, client);
    return client;
  }
}

type ClientOptions = { region: string; credentials?: ReturnType<typeof roleCredentials> } & typeof patience;

type ObservedClient = Parameters<typeof explained>[0];

function roleCredentials({ roleArn, sessionName, externalId }: AssumedRole, region: string) {
  return fromTemporaryCredentials({
    params: { RoleArn: roleArn, RoleSessionName: sessionName, ...(externalId && { ExternalId: externalId }) },
    clientConfig: { region, ...patience },
  });
}
