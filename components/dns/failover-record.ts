import { isIP } from "node:net";
import * as route53 from "@pulumi/aws/route53/index.js";
import * as pulumi from "@pulumi/pulumi";

import { type Plan, ports, seconds } from "../../plan/index.js";
import type { SiteEndpoint } from "../region/site-services.js";

/** Where the two sides answer. */
export interface FailoverRecordArgs {
  readonly dns: NonNullable<Plan["dns"]>;
  /** The side that is answered while its check says yes. */
  readonly primary: { readonly site: string; readonly endpoint: pulumi.Input<SiteEndpoint> };
  /** The side that is answered otherwise. */
  readonly standby: { readonly site: string; readonly endpoint: pulumi.Input<SiteEndpoint> };
}

/** Path of the checked endpoint: 200 only while the site is deep-healthy and holds the lease. */
export const checkedPath = "/site";

/**
 * One name, two sides, both checked. DNS follows the lease and nobody edits a record.
 *
 * Both sides have a check: with only one, an old primary that heals would pull traffic back.
 */
export class FailoverRecord extends pulumi.ComponentResource {
  readonly nameServers: pulumi.Output<string[]>;

  constructor(name: string, args: FailoverRecordArgs, opts?: pulumi.ComponentResourceOptions) {
    super("secondsite:dns:FailoverRecord", name, {}, opts);
    const { dns } = args;
    const child = { parent: this };
    const zone = new route53.Zone(`${name}-zone`, { name: dns.zone }, child);
    for (const [side, { site, endpoint }] of [
      ["PRIMARY", args.primary],
      ["SECONDARY", args.standby],
    ] as const) {
      const known = pulumi.output(endpoint);
      const isAddress = (of: string) => isIP(of) !== 0;
      const check = new route53.HealthCheck(
        `${name}-${site}-check`,
        {
          type: "HTTP",
          ipAddress: known.apply(({ health }) =>
            isAddress(health) ? health : undefined,
          ) as pulumi.Output<string>,
          fqdn: known.apply(({ health }) =>
            isAddress(health) ? undefined : health,
          ) as pulumi.Output<string>,
          port: ports.keeper,
          resourcePath: checkedPath,
          requestInterval: seconds(dns.check.every),
          failureThreshold: dns.check.failures,
          tags: { site },
        },
        child,
      );
      new route53.Record(
        `${name}-${site}-record`,
        {
          zoneId: zone.zoneId,
          name: dns.name,
          type: known.apply(({ service }) => (isAddress(service) ? "A" : "CNAME")),
          ttl: seconds(dns.ttl),
          records: [known.apply(({ service }) => service)],
          setIdentifier: site,
          failoverRoutingPolicies: [{ type: side }],
          healthCheckId: check.id,
        },
        child,
      );
    }
    this.nameServers = zone.nameServers;
    this.registerOutputs({ nameServers: this.nameServers });
  }
}
