import * as pulumi from "@pulumi/pulumi";

import { RestoredServer } from "../components/region/restored-server.js";
import { postgresDatasets } from "../plan/index.js";
import { clusterProvider } from "./cluster-provider.js";
import { restoreSettings, type Settings } from "./settings.js";

/** One restored instance at one site. Reads nothing but that site's copy, and leaves all else as it is. */
export function program({ plan, site, images }: Settings) {
  const restore = restoreSettings();
  const spec = postgresDatasets(plan).find(([name]) => name === restore.dataset)?.[1];
  if (!spec)
    throw new pulumi.RunError(`secondsite:restore: no dataset with backups is called "${restore.dataset}"`);
  if (!site || !(site in plan.sites))
    throw new pulumi.RunError(
      `secondsite:site must be a site of the plan (${Object.keys(plan.sites).join(", ")}), got "${site ?? ""}"`,
    );
  const { server } = new RestoredServer(
    `${plan.name}-${site}-${restore.dataset}-${restore.instance}`,
    { plan, site, spec, image: images.runner, ...restore },
    { providers: [clusterProvider(plan, site)] },
  );
  return { server };
}
