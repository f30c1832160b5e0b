import { names } from "../../plan/index.js";
import { appendEntry, type Signer } from "../../vault/index.js";
import type { RepositoryBackup } from "./pgbackrest.js";
import { type ChainOf, type PhysicalPoint, readEpochChain, referenceTo, signersAt } from "./points-chain.js";

/**
 * Says in the chain which points the tool has removed by the plan's retention: without that they would look damaged.
 *
 * @returns their labels
 */
export async function buryExpired(
  copy: ChainOf,
  {
    epoch,
    listed,
    by,
  }: {
    readonly epoch: number;
    readonly listed: readonly Pick<RepositoryBackup, "label">[];
    /** Site whose run it was. */
    readonly by: string;
  },
  signer: Signer,
): Promise<string[]> {
  const { plan, dataset, site, store } = copy;
  const chain = await readEpochChain(copy, epoch, await signersAt(copy));
  const gone = expired(chain.points, listed);
  const removed = gone.flatMap((point) => referenceTo(chain, point) ?? []);
  if (removed.length === 0) return [];
  await appendEntry(
    store,
    names.manifestPrefix(dataset, epoch),
    {
      ...{ plan, dataset, site, epoch, entry: "tombstone", removed },
      reason: `expired by pgbackrest at "${by}", by the plan's retention`,
    },
    signer,
  );
  return gone.map(({ label }) => label);
}

/**
 * Points that the tool removed by retention: older than the oldest backup it still has. Labels begin with the backup's
 * date, so they sort by age. A newer one that it does not list is not expired but damaged, and stays to be reported.
 */
export function expired<Point extends Pick<PhysicalPoint, "label" | "problem">>(
  points: readonly Point[],
  listed: readonly Pick<RepositoryBackup, "label">[],
): Point[] {
  const [oldest] = listed.map(({ label }) => label).sort();
  if (oldest === undefined) return [];
  return points.filter(({ label, problem }) => problem === undefined && label < oldest);
}
