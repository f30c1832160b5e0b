import { EngineError } from "../../engines/errors.js";
import type { HostCopy, HostDataset } from "../../engines/postgres/host/dataset.js";
import { repositorySites } from "../../engines/postgres/points-copies.js";
import type { Plan } from "../../plan/index.js";
import { copyAt, copyPlace, recipientsOf } from "../../vault/index.js";
import { accessOf, postgresOf } from "../sealed/job.js";
import type { JobOptions } from "../sealed/job-options.js";

/** What commands about a server outside Kubernetes are given beside a plan and a dataset. */
export type HostOptions = Pick<JobOptions, "store" | "identity" | "site" | "asOf">;

/**
 * Finds the physical copies of a dataset whose server runs on an ordinary machine; see {@link physicalDataset}.
 *
 * @throws EngineError (2) when its server runs elsewhere
 */
export async function hostDataset(plan: Plan, dataset: string, options: HostOptions): Promise<HostDataset> {
  const spec = postgresOf(plan, dataset);
  if (spec.runs !== "server")
    throw new EngineError(
      `"${dataset}" does not run on a server of its own: the plan says it runs on ${spec.runs}`,
      2,
      spec.runs === "kubernetes" ? "its Pod does this by itself" : "add logical({ ... }) to its backups",
    );
  return physicalDataset(plan, dataset, options);
}

/**
 * Finds the physical copies of a dataset, wherever its server runs: what is in a repository restores anywhere.
 *
 * @throws EngineError (2) when the plan has no such dataset, or none of its physical backups are ours to take
 */
export async function physicalDataset(
  plan: Plan,
  dataset: string,
  options: HostOptions,
): Promise<HostDataset> {
  const spec = postgresOf(plan, dataset);
  const sites = repositorySites(spec);
  if (sites.length === 0 || !spec.backups.some(({ kind }) => kind === "physical"))
    throw new EngineError(
      `"${dataset}" has no physical backup in the plan`,
      2,
      "add physical({ ... }) and wal({ ... }) to its backups",
    );
  const access = await accessOf(plan, options);
  const copies = sites
    .filter((site) => options.site === undefined || options.site === site)
    .map((site): HostCopy => {
      const place = copyPlace(plan, site, spec.category, access);
      return { ...copyAt(plan, dataset, site, access), place };
    });
  if (copies.length === 0)
    throw new EngineError(
      `site "${options.site}" holds no physical copy of "${dataset}"`,
      2,
      `these do: ${sites.join(", ")}`,
    );
  return { plan, dataset, spec, copies, recipients: recipientsOf(plan, dataset, sites) };
}
