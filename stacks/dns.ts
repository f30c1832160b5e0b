import * as pulumi from "@pulumi/pulumi";

import { FailoverRecord } from "../components/dns/failover-record.js";
import type { SiteEndpoint } from "../components/region/site-services.js";
import { names, primarySite, standbySites } from "../plan/index.js";
import type { Settings } from "./settings.js";

/** Records and health checks of both sides. Deployed on a good day; taking over never touches it. */
export function program({ plan }: Settings) {
  const [standby] = standbySites(plan);
  if (!plan.dns || !standby)
    throw new pulumi.RunError(`plan "${plan.name}" has no DNS to fail over, or no standby`);
  const endpointOf = (stack: string): pulumi.Output<SiteEndpoint> =>
    new pulumi.StackReference(`organization/${pulumi.getProject()}/${stack}`)
      .requireOutput("endpoint")
      .apply((endpoint: SiteEndpoint) => endpoint);
  const record = new FailoverRecord(plan.name, {
    dns: plan.dns,
    primary: { site: primarySite(plan), endpoint: endpointOf(names.stackName(plan, "backup")) },
    standby: { site: standby, endpoint: endpointOf(names.stackName(plan, "standby", standby)) },
  });
  return { nameServers: record.nameServers };
}
