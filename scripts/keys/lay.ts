import { EngineError } from "../../engines/errors.js";
import { layRing } from "../../engines/postgres/vault-keys.js";
import type { Plan } from "../../plan/index.js";
import { recipientsOf } from "../../vault/index.js";
import { sealedJob, writtenFrom } from "../sealed/job.js";

/**
 * Makes the keys of a dataset's sealed points that are missing, and lays the same ones at every copy that a site writes to.
 * What is there stays. Whoever captures may use them then, and needs no right to make any.
 *
 * @throws EngineError (2) when the site writes to no copy of it
 */
export async function layKeysOf(
  plan: Plan,
  dataset: string,
  site: string,
  say: (line: string) => void,
): Promise<void> {
  const copies = writtenFrom(await sealedJob(plan, dataset, {}), site);
  if (copies.length === 0) throw new EngineError(`site "${site}" holds no direct copy of "${dataset}"`, 2);
  // The site's own copy first: it makes what is missing.
  const own = copies.toSorted((one, other) => Number(other.site === site) - Number(one.site === site));
  const sites = own.map((copy) => copy.site);
  const stores = own.map(({ store }) => store);
  await layRing({ plan: plan.name, dataset, stores, recipients: recipientsOf(plan, dataset, sites) }, say);
}
