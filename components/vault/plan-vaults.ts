import * as pulumi from "@pulumi/pulumi";

import {
  categories,
  cloudSiteOf,
  directSites,
  identitiesOf,
  names,
  type Plan,
  primarySite,
  roleArn,
  roleBounds,
  tendedDatasets,
  type Vault,
  vaultsOf,
} from "../../plan/index.js";
import { CategoryKey } from "../keys/category-key.js";
import { LeaseBucket } from "./lease-bucket.js";
import { Replication } from "./replication.js";
import { VaultBucket } from "./vault-bucket.js";

/** Which plan's vaults. */
export interface PlanVaultsArgs {
  readonly plan: Plan;
}

/** Everything recovery points of a plan are stored in: keys, vault buckets, replication, and the lease's bucket. */
export class PlanVaults extends pulumi.ComponentResource {
  /** ARNs of each category's key in every region. */
  readonly keyArns: Readonly<Record<string, readonly pulumi.Output<string>[]>>;

  constructor(name: string, args: PlanVaultsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("secondsite:vault:PlanVaults", name, {}, opts);
    const { plan } = args;
    const { deployers, breakGlass } = identitiesOf(plan);
    const child = { parent: this };
    const vaults = vaultsOf(plan);
    const primary = cloudSiteOf(plan, primarySite(plan));
    const keys = new Map(
      categories(plan).map((category) => {
        const regions = vaults.filter((vault) => vault.category === category).map(({ region }) => region);
        const key = new CategoryKey(
          `${name}-key-${category}`,
          {
            alias: names.keyAlias(plan, category),
            category,
            account: primary.account,
            primaryRegion: primary.region,
            replicaRegions: [...new Set(regions)].filter((region) => region !== primary.region),
            breakGlass,
          },
          child,
        );
        return [category, key] as const;
      }),
    );
    const keyArn = (category: string, region: string): pulumi.Input<string> =>
      keys.get(category)?.arns[region] ?? "";
    const buckets = new Map(
      vaults.map((vault) => [
        `${vault.site}/${vault.category}`,
        new VaultBucket(
          `${name}-${vault.site}-${vault.category}`,
          {
            ...vault,
            bucketName: vault.bucket,
            keyArn: keyArn(vault.category, vault.region),
            deployers,
            breakGlass,
            lockJobs: lockJobsOf(plan, vault),
          },
          child,
        ),
      ]),
    );
    for (const { site, category, region, replicatesTo } of vaults) {
      const source = buckets.get(`${site}/${category}`);
      if (!source || replicatesTo.length === 0) continue;
      new Replication(
        `${name}-${site}-${category}-copies`,
        {
          source,
          sourceRegion: region,
          sourceKeyArn: keyArn(category, region),
          bounds: roleBounds(plan, site),
          destinations: replicatesTo.flatMap((to) => {
            const bucket = buckets.get(`${to}/${category}`);
            return bucket
              ? [{ site: to, bucket, keyArn: keyArn(category, cloudSiteOf(plan, to).region) }]
              : [];
          }),
        },
        child,
      );
    }
    const witness = plan.lease && cloudSiteOf(plan, plan.lease.witness);
    if (plan.lease && witness?.kind === "object-store" && !witness.bucket)
      new LeaseBucket(
        `${name}-lease`,
        {
          bucketName: names.leaseBucket(plan, plan.lease.witness),
          region: witness.region,
          deployers,
          breakGlass,
        },
        child,
      );
    this.keyArns = Object.fromEntries(
      [...keys].map(([category, { arns }]) => [category, Object.values(arns)]),
    );
    this.registerOutputs({ keyArns: this.keyArns });
  }
}

/** Roles of the jobs that renew locks in a vault, whichever site they run at: what they write to directly. */
const lockJobsOf = (plan: Plan, { site, category }: Pick<Vault, "site" | "category">): string[] =>
  tendedDatasets(plan)
    .filter(({ spec }) => spec.category === category && directSites(spec).includes(site))
    .flatMap(({ name }) =>
      Object.entries(plan.sites).flatMap(([at, { kind }]) =>
        kind === "aws-region" ? [roleArn(plan, at, name, "lock")] : [],
      ),
    );
