import * as core from "@pulumi/kubernetes/core/v1/index.js";
import * as pulumi from "@pulumi/pulumi";
import { upkeepOf } from "../../plan/derive/upkeep.js";
import {
  directSites,
  namedBackups,
  names,
  type Plan,
  postgresDatasets,
  tendedDatasets,
} from "../../plan/index.js";
import { BackupSchedule } from "../schedule/backup-schedule.js";
import { UpkeepSchedule } from "../schedule/upkeep-schedule.js";
import { DatasetSecrets } from "./dataset-secrets.js";
import { jobAccounts } from "./job-accounts.js";
import { PostgresServer } from "./postgres-server.js";
import { planConfigMap } from "./runner-pod.js";
import { ServiceDeployment } from "./service-deployment.js";
import { type SiteEndpoint, SiteServices } from "./site-services.js";
import { StateKeeper } from "./state-keeper.js";

/** References to container images at one site. */
export interface SiteImages {
  /** The image with the `secondsite` command and the databases' tools. */
  readonly runner: string;
  /** By service; a service without one uses the plan's. */
  readonly services: Readonly<Record<string, string>>;
}

/** One side of the plan. */
export interface SiteRegionArgs {
  readonly plan: Plan;
  readonly site: string;
  /** Whether databases and services run; otherwise all that surrounds them is there, waiting. */
  readonly active: boolean;
  readonly images: SiteImages;
}

/** A region as the plan sees it. Both sides are this component, so a standby differs in nothing but `active`. */
export class SiteRegion extends pulumi.ComponentResource {
  /** Where the site's doors are, by service; there before anything runs behind them. */
  readonly endpoint: pulumi.Output<SiteEndpoint | undefined>;

  constructor(name: string, args: SiteRegionArgs, opts?: pulumi.ComponentResourceOptions) {
    super("secondsite:region:SiteRegion", name, {}, opts);
    const { plan, site, active, images } = args;
    const namespace = names.namespace(plan);
    const space = new core.Namespace(
      `${name}-namespace`,
      {
        metadata: {
          name: namespace,
          labels: {
            "pod-security.kubernetes.io/enforce": "restricted",
            "pod-security.kubernetes.io/enforce-version": "latest",
          },
        },
      },
      { parent: this },
    );
    const inside = { parent: this, dependsOn: [space] };
    const config = new core.ConfigMap(
      `${name}-plan`,
      { metadata: { name: planConfigMap, namespace }, data: { "plan.json": JSON.stringify(plan) } },
      inside,
    );
    let endpoint: pulumi.Output<SiteEndpoint> | undefined;
    for (const [dataset, spec] of postgresDatasets(plan)) {
      const of = { plan, site, dataset, image: images.runner };
      const secrets = new DatasetSecrets(`${name}-${dataset}-secrets`, of, {
        parent: this,
        dependsOn: [space, config],
      });
      const upkeep = upkeepOf(plan, dataset, spec);
      const jobs: names.DatasetJob[] = ["database", "backup", "restore", ...upkeep.map(({ job }) => job)];
      const accounts = jobAccounts(`${name}-${dataset}`, of, jobs, inside);
      const ready = { parent: this, dependsOn: [secrets.done, ...accounts] };
      if (active) new PostgresServer(`${name}-${dataset}`, { ...of, spec }, ready);
      for (const [kind, backup] of namedBackups(spec)) {
        if (backup.kind !== "physical" && backup.kind !== "logical") continue;
        // A dump is made only where a copy of it is; the log begins anew wherever the database does.
        const made = backup.kind === "physical" || backup.direct.includes(site);
        if (made && backup.schedule.kind === "cron")
          new BackupSchedule(
            `${name}-${dataset}-${kind}`,
            { ...of, kind, backup, schedule: backup.schedule, suspend: !active },
            ready,
          );
      }
      for (const one of upkeep)
        new UpkeepSchedule(`${name}-${dataset}-${one.job}`, { ...of, ...one, suspend: !active }, ready);
      for (const [service, deployed] of Object.entries(plan.services)) {
        if (!deployed.needs.includes(dataset)) continue;
        if (plan.dns?.service === service)
          endpoint = new SiteServices(
            `${name}-doors`,
            { plan, dataset, service: { name: service, spec: deployed }, active },
            inside,
          ).endpoint;
        if (active)
          new ServiceDeployment(
            `${name}-${service}`,
            {
              plan,
              service,
              spec: deployed,
              image: images.services[service] ?? deployed.image,
              dataset,
              database: spec,
            },
            ready,
          );
      }
    }
    // The state of stacks is kept by those who hold a copy of it.
    for (const { name: dataset, spec } of tendedDatasets(plan))
      if (spec.kind === "configuration" && directSites(spec).includes(site))
        new StateKeeper(
          `${name}-${dataset}`,
          { plan, site, dataset, spec, image: images.runner, suspend: !active },
          { parent: this, dependsOn: [space, config] },
        );
    this.endpoint = endpoint ?? pulumi.output(undefined);
    this.registerOutputs({ endpoint: this.endpoint });
  }
}
