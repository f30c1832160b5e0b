import { type DatasetCopy, VaultError, withJobLease } from "../../vault/index.js";
import { doneBy } from "./job.js";

/** What only one run does at a time: adding points of a kind, or dropping them. */
export const leaseOf = (dataset: string, kind: string): string => `${dataset}/${kind}`;

/**
 * Does something as the only run of a job.
 *
 * The lease lies in the first copy's store; where that one does not answer, in the next one's, for a store that is lost
 * must not keep the others from getting a point. Two runs of which one does not see the first store may then meet: entries
 * of chains are created and never overwritten, so that costs work and nothing else.
 *
 * @throws JobLeaseHeld (exit code 4) while another run has it; VaultError when no store answers
 */
export async function asOnlyRun<T>(
  copies: readonly Pick<DatasetCopy, "site" | "store">[],
  job: string,
  say: (line: string) => void,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const [first, ...others] = copies;
  if (!first) throw new RangeError("no copy to keep a lease at");
  let begun = false;
  try {
    return await withJobLease({ store: first.store, job, holder: doneBy() }, (signal) => {
      begun = true;
      return work(signal);
    });
  } catch (error) {
    const silent = !begun && error instanceof VaultError && error.exitCode === 3;
    if (!silent || others.length === 0) throw error;
    say(`${first.site} does not answer, the lease is taken at the next copy: ${error.message}`);
    return asOnlyRun(others, job, say, work);
  }
}
