import * as core from "@pulumi/kubernetes/core/v1/index.js";
import * as pulumi from "@pulumi/pulumi";

import { names, type Plan, ports, type Service } from "../../plan/index.js";
import { datasetLabels } from "./postgres-server.js";
import { serviceLabels } from "./service-deployment.js";

/** Where a site is reached from outside; the parts are an address or a DNS name. */
export interface SiteEndpoint {
  /** What users reach. */
  readonly service: string;
  /** What health checks ask. */
  readonly health: string;
}

/** Which doors a site has. */
export interface SiteServicesArgs {
  readonly plan: Plan;
  /** Dataset whose keeper answers for the site. */
  readonly dataset: string;
  readonly service: { readonly name: string; readonly spec: Service };
  /** Whether anything runs behind the doors yet. */
  readonly active: boolean;
}

/**
 * The addresses of a site, there before they are needed: DNS and health checks point at them from the first day,
 * and taking over only puts Pods behind them.
 */
export class SiteServices extends pulumi.ComponentResource {
  readonly endpoint: pulumi.Output<SiteEndpoint>;

  constructor(name: string, args: SiteServicesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("secondsite:region:SiteServices", name, {}, opts);
    const { plan, dataset, service, active } = args;
    const namespace = names.namespace(plan);
    const child = { parent: this };
    const outside = (
      role: string,
      port: number,
      targetPort: number,
      selector: Record<string, string>,
      early: boolean,
    ) =>
      new core.Service(
        `${name}-${role}`,
        {
          metadata: { name: `site-${role}`, namespace },
          spec: {
            type: "LoadBalancer",
            // Without a selector nobody waits for Pods that are not there yet; the address exists all the same.
            ...(active ? { selector } : {}),
            ports: [{ port, targetPort }],
            // The check has to reach a keeper that says no.
            publishNotReadyAddresses: early,
          },
        },
        child,
      );
    const door = outside("service", 80, service.spec.port, serviceLabels(service.name), false);
    const health = outside("health", ports.keeper, ports.keeper, datasetLabels(dataset), true);
    new core.Service(
      `${name}-database`,
      {
        metadata: { name: dataset, namespace },
        spec: { ...(active ? { selector: datasetLabels(dataset) } : {}), ports: [{ port: ports.postgres }] },
      },
      child,
    );
    new core.Service(
      `${name}-pods`,
      {
        metadata: { name: `${dataset}-pods`, namespace },
        spec: {
          clusterIP: "None",
          selector: datasetLabels(dataset),
          ports: [{ port: ports.pgbackrest }],
          publishNotReadyAddresses: true,
        },
      },
      child,
    );
    this.endpoint = pulumi.output({ service: address(door), health: address(health) });
    this.registerOutputs({ endpoint: this.endpoint });
  }
}

function address(service: core.Service): pulumi.Output<string> {
  return service.status.apply((status) => {
    const [ingress] = status?.loadBalancer?.ingress ?? [];
    return ingress?.ip ?? ingress?.hostname ?? "";
  });
}
