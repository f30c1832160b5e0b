import * as pulumi from "@pulumi/pulumi";

import { SiteRegion } from "../components/region/site-region.js";
import { standbySites } from "../plan/index.js";
import { clusterProvider } from "./cluster-provider.js";
import type { Settings } from "./settings.js";

/** The other side, from pilot light to active. Reads nothing of the primary's and calls no AWS API at all. */
export function program({ plan, site, mode, images }: Settings) {
  const known = standbySites(plan);
  if (!site || !known.includes(site))
    throw new pulumi.RunError(
      `secondsite:site must be a standby of the plan (${known.join(", ")}), got "${site ?? ""}"`,
    );
  const planned = plan.sites[site];
  const wanted = mode ?? (planned?.kind === "aws-region" ? planned.mode : undefined);
  // What runs of a site is either nothing but what holds data, or all: of "warm" a plan says how long it takes only.
  if (wanted !== "pilot-light" && wanted !== "active")
    throw new pulumi.RunError(
      `secondsite:mode must be "pilot-light" or "active", got "${wanted}"${mode === undefined ? ` from sites.${site}.mode of the plan` : ""}`,
    );
  const region = new SiteRegion(
    `${plan.name}-${site}`,
    { plan, site, active: wanted === "active", images },
    { providers: [clusterProvider(plan, site)] },
  );
  return { endpoint: region.endpoint };
}
