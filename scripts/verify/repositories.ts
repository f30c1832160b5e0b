import { EngineError, withHint } from "../../engines/errors.js";
import type { Copy } from "../../engines/postgres/points-copies.js";
import type { Damage, Verified } from "../../engines/postgres/verify.js";
import type { RepositoryVerdict } from "../../engines/postgres/verify-repository.js";
import { names, type Plan } from "../../plan/index.js";
import { VaultError } from "../../vault/index.js";
import type { CopyEpoch } from "../physical/verify.js";
import { postgresOf } from "../sealed/job.js";
import type { JobOptions } from "../sealed/job-options.js";

/** What one repository's own tool says of it. */
export interface Repository extends RepositoryVerdict {
  readonly dataset: string;
  readonly site: string;
}

/** A repository that could not be read from here, which says nothing about it. */
export interface Unread extends CopyEpoch {
  /** A key, a tool or room is missing, or a Job failed. */
  readonly unverified: string;
}

/** What was read of repositories, and what was not. */
export interface ReadRepositories {
  readonly repositories: readonly Repository[];
  readonly unread: readonly Unread[];
}

/** Epochs of copies, by a Job beside a cluster or from here; what is only a cluster's bucket has nowhere to run a Job. */
export async function verifyRepositories(
  plan: Plan,
  copies: readonly Copy[],
  stored: readonly Verified[],
  options: Pick<JobOptions, "store" | "identity">,
): Promise<ReadRepositories> {
  const { verifyInCluster } = await import("./job.js");
  const { verifyFromHere } = await import("../physical/verify.js");
  const jobs = copies.flatMap(({ dataset, site, epochs }) => {
    const spec = plan.sites[site];
    const kept = epochs.filter(({ chain }) => chain.points.length > 0).map(({ epoch }) => epoch);
    if (postgresOf(plan, dataset).runs === "server") {
      const keyLost = stored.some(
        (one) => one.dataset === dataset && one.site === site && one.damage.some(opensNothing),
      );
      return kept.map((epoch) => async (): Promise<Repository | Unread> => {
        const where = { dataset, site, epoch };
        if (keyLost)
          return {
            ...where,
            ...{ good: false, restorable: false },
            report: ["not read: the passphrase that opens it is damaged"],
            findings: [],
          };
        return verifyFromHere(plan, where, options).catch(unread(where));
      });
    }
    if (spec?.kind !== "aws-region") return [];
    return kept.map(
      (epoch) => () =>
        verifyInCluster({ plan, site, spec, dataset, epoch })
          .then((verdict) => ({ dataset, site, ...verdict }))
          .catch(unread({ dataset, site, epoch })),
    );
  });
  const all = await Promise.all(jobs.map((job) => job()));
  return { repositories: all.filter((one) => "report" in one), unread: all.filter(isUnread) };
}

const isUnread = (one: Repository | Unread): one is Unread => "unverified" in one;

/** Makes a finding of what could not be read; bad input stays an error. */
const unread =
  (where: CopyEpoch) =>
  (error: unknown): Unread => {
    const cannot = error instanceof VaultError || (error instanceof EngineError && error.exitCode === 3);
    if (!cannot) throw error;
    return { ...where, unverified: withHint(error) };
  };

const opensNothing = ({ dataset, object }: Damage) => object === names.passphraseKey(dataset);
