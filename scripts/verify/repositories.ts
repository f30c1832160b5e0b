import type { Copy } from "../../engines/postgres/points-copies.js";
import type { Damage, Verified } from "../../engines/postgres/verify.js";
import type { RepositoryVerdict } from "../../engines/postgres/verify-repository.js";
import { names, type Plan } from "../../plan/index.js";
import { type JobOptions, postgresOf } from "../sealed/job.js";

/** What one repository's own tool says of it. */
export interface Repository extends RepositoryVerdict {
  readonly dataset: string;
  readonly site: string;
}

/** Epochs of copies, by a Job beside a cluster or from here; what is only a cluster's bucket has nowhere to run a Job. */
export async function verifyRepositories(
  plan: Plan,
  copies: readonly Copy[],
  stored: readonly Verified[],
  options: Pick<JobOptions, "store" | "identity">,
): Promise<Repository[]> {
  const { verifyInCluster } = await import("./job.js");
  const { verifyFromHere } = await import("../physical/verify.js");
  const jobs = copies.flatMap(({ dataset, site, epochs }) => {
    const spec = plan.sites[site];
    const kept = epochs.filter(({ chain }) => chain.points.length > 0).map(({ epoch }) => epoch);
    if (postgresOf(plan, dataset).runs === "server") {
      const keyLost = stored.some(
        (one) => one.dataset === dataset && one.site === site && one.damage.some(opensNothing),
      );
      return kept.map((epoch) => async () => {
        const where = { dataset, site, epoch };
        if (keyLost)
          return {
            ...where,
            ...{ good: false, restorable: false },
            report: ["not read: the passphrase that opens it is damaged"],
            findings: [],
          };
        return verifyFromHere(plan, where, options);
      });
    }
    if (spec?.kind !== "aws-region") return [];
    return kept.map((epoch) => async () => ({
      ...{ dataset, site },
      ...(await verifyInCluster({ plan, site, spec, dataset, epoch })),
    }));
  });
  return Promise.all(jobs.map((job) => job()));
}

const opensNothing = ({ dataset, object }: Damage) => object === names.passphraseKey(dataset);
