import { PlanIdentities } from "../components/identity/plan-identities.js";
import { SiteRegion } from "../components/region/site-region.js";
import { PlanVaults } from "../components/vault/plan-vaults.js";
import { primarySite } from "../plan/index.js";
import { clusterProvider } from "./cluster-provider.js";
import type { Settings } from "./settings.js";

/** What has to be there on a good day: vaults, keys, identities of every site, and the primary with its schedules. */
export function program({ plan, images }: Settings) {
  const vaults = new PlanVaults(plan.name, { plan });
  const identities = new PlanIdentities(plan.name, { plan, keyArns: vaults.keyArns });
  const site = primarySite(plan);
  const region = new SiteRegion(
    `${plan.name}-${site}`,
    { plan, site, active: true, images },
    { providers: [clusterProvider(plan, site)], dependsOn: [vaults, identities] },
  );
  return { endpoint: region.endpoint };
}
