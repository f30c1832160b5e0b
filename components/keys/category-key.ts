import * as kms from "@pulumi/aws/kms/index.js";
import * as pulumi from "@pulumi/pulumi";

import { rejectInvalid } from "../errors.js";
import { everyoneBut, policyDocument } from "../identity/policy-document.js";

/** Where a category's key lives and who may end its life. */
export interface CategoryKeyArgs {
  /** Alias, the same in every region; starts with `alias/`. */
  readonly alias: string;
  /** Data category, for people. */
  readonly category: string;
  readonly account: string;
  /** Region of the multi-region primary key. */
  readonly primaryRegion: string;
  /** Regions that get a replica, so that copies there can be read when the primary region is gone. */
  readonly replicaRegions: readonly string[];
  /** ARN patterns of the principals that may schedule deletion or disable it. */
  readonly breakGlass: readonly string[];
}

/** One data category's encryption key: multi-region, rotated yearly, deletable by nobody but break-glass. */
export class CategoryKey extends pulumi.ComponentResource {
  /** ARN of the key in each region. */
  readonly arns: Readonly<Record<string, pulumi.Output<string>>>;

  constructor(name: string, args: CategoryKeyArgs, opts?: pulumi.ComponentResourceOptions) {
    const { alias, primaryRegion, replicaRegions } = args;
    rejectInvalid(`CategoryKey "${name}"`, {
      alias: !alias.startsWith("alias/") && `must start with "alias/", got "${alias}"`,
      replicaRegions:
        replicaRegions.includes(primaryRegion) && `must not name the primary region "${primaryRegion}"`,
    });
    super("secondsite:keys:CategoryKey", name, args, opts);
    const shared = {
      description: `Recovery points of category ${args.category}`,
      // The longest KMS allows: the time to notice that a key the backups need is about to go.
      deletionWindowInDays: 30,
      policy: keyPolicy(args),
    };
    const primary = new kms.Key(
      `${name}-primary`,
      { ...shared, region: primaryRegion, multiRegion: true, enableKeyRotation: true },
      { parent: this },
    );
    const replicas = replicaRegions.map((region) => ({
      region,
      key: new kms.ReplicaKey(
        `${name}-${region}`,
        { ...shared, region, primaryKeyArn: primary.arn },
        { parent: this },
      ),
    }));
    for (const { region, key } of [{ region: primaryRegion, key: primary }, ...replicas])
      new kms.Alias(
        `${name}-alias-${region}`,
        { region, name: alias, targetKeyId: key.keyId },
        { parent: this },
      );
    this.arns = Object.fromEntries([
      [primaryRegion, primary.arn],
      ...replicas.map(({ region, key }) => [region, key.arn] as const),
    ]);
    this.registerOutputs({ arns: this.arns });
  }
}

function keyPolicy({ account, breakGlass }: CategoryKeyArgs): pulumi.Output<string> {
  return policyDocument([
    {
      Sid: "AccountDecidesByIam",
      Effect: "Allow",
      Principal: { AWS: `arn:aws:iam::${account}:root` },
      Action: "kms:*",
      Resource: "*",
    },
    {
      Sid: "OnlyBreakGlassEndsKeys",
      Effect: "Deny",
      Principal: "*",
      Action: ["kms:ScheduleKeyDeletion", "kms:DisableKey"],
      Resource: "*",
      Condition: everyoneBut(breakGlass),
    },
  ]);
}
