import { humanSeconds, names } from "../../plan/index.js";
import { type Decision, selectPoints } from "../../plan/retention/select.js";
import { appendEntry, isVerified, livePoints, type Signer } from "../../vault/index.js";
import type { RepositoryBackup } from "./pgbackrest.js";
import { type ChainOf, type EpochChain, readEpochChain, referenceTo, signersAt } from "./points-chain.js";

/** What is dropped of a repository, and by what. */
export interface RetentionJob {
  readonly epoch: number;
  /** Seconds for which the plan keeps backups. */
  readonly keep: number;
  /** What the tool lists. */
  readonly listed: readonly Pick<RepositoryBackup, "label">[];
  /** Site whose run it is. */
  readonly by: string;
  readonly now: Date;
  /** Removes a full backup and what adds to it from the repository. */
  readonly expire: (label: string) => Promise<void>;
}

/**
 * Drops the full backups of a copy that the plan's retention does not keep, with what adds to them. The tool itself drops none:
 * it knows of no holds.
 *
 * Kept beside what is young enough are held points and whatever they add to, the newest verified one, and the newest full
 * backup that is older than that: log is replayed onto it from the beginning of the time that is kept.
 *
 * The tombstone comes first, so that no point is listed that does not restore. Safe to kill and to run again: what has one
 * and is still in the repository goes with the next run.
 *
 * @returns labels of the full backups that went
 */
export async function dropBackups(copy: ChainOf, job: RetentionJob, signer: Signer): Promise<string[]> {
  const { plan, dataset, site, store } = copy;
  const { epoch, keep, listed, by } = job;
  const chain = await readEpochChain(copy, epoch, await signersAt(copy));
  // What cannot be read may be what holds.
  if (chain.faults.length > 0) return [];
  const dropped = fullsToDrop(chain, keep, job.now);
  const removed = chain.points.flatMap((point) =>
    dropped.has(fullOf(point.label)) ? (referenceTo(chain, point) ?? []) : [],
  );
  if (removed.length > 0)
    await appendEntry(
      store,
      names.manifestPrefix(dataset, epoch),
      {
        ...{ plan, dataset, site, epoch, entry: "tombstone", removed },
        reason: `older than ${humanSeconds(keep)}, dropped at "${by}" by the plan's retention`,
      },
      signer,
    );
  const alive = new Set(chain.points.map(({ label }) => fullOf(label)).filter((full) => !dropped.has(full)));
  const known = new Set(
    chain.entries.flatMap(({ entry, unsigned }) => {
      const label = entry?.entry === "point" ? entry.label : unsigned?.label;
      return label === undefined ? [] : [fullOf(label)];
    }),
  );
  const gone = [...new Set(listed.map(({ label }) => fullOf(label)))].filter(
    (full) => known.has(full) && !alive.has(full),
  );
  for (const full of gone) await job.expire(full);
  return gone;
}

/** Label of the full backup that a backup adds to, or its own: `20260301-020000F_20260302-020000D` adds to the former. */
export const fullOf = (label: string): string => label.split("_")[0] ?? label;

/** Labels of full backups that nobody needs any more. */
export function fullsToDrop(
  { entries, points }: Pick<EpochChain, "entries" | "points">,
  keep: number,
  now: Date,
): Set<string> {
  const said = new Map(livePoints(entries).map((one) => [one.point.label, one]));
  const anyVerified = [...said.values()].some(isVerified);
  const newest = points
    .map(({ finishedAt }) => finishedAt)
    .sort()
    .at(-1);
  const { decisions, refused } = selectPoints(
    `${keep}s`,
    points.map(({ label, finishedAt }) => {
      const one = said.get(label);
      return {
        id: label,
        at: new Date(finishedAt),
        // Of a repository the tool says what is good; where nobody recorded it, the newest has to do.
        verified: one && anyVerified ? isVerified(one) : finishedAt === newest,
        held: one?.held !== undefined,
        ...(fullOf(label) === label ? {} : { parent: fullOf(label) }),
      };
    }),
    now,
  );
  if (refused !== undefined) return new Set();
  const kept = new Set(decisions.flatMap((one) => (one.kept ? [fullOf(one.point.id)] : [])));
  const onto = beneath(decisions, new Date(now.getTime() - keep * 1_000));
  if (onto !== undefined) kept.add(onto);
  return new Set(decisions.map(({ point }) => fullOf(point.id)).filter((full) => !kept.has(full)));
}

/** The newest full backup that ended before a time. */
const beneath = (decisions: readonly Decision[], since: Date): string | undefined =>
  decisions.find(({ point }) => point.at < since && fullOf(point.id) === point.id)?.point.id;
