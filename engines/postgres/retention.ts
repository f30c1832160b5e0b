import { humanSeconds, names } from "../../plan/index.js";
import { type Decision, selectPoints } from "../../plan/retention/select.js";
import {
  appendEntry,
  type HeadCopy,
  headFault,
  isVerified,
  knownHeads,
  type Signer,
} from "../../vault/index.js";
import type { RepositoryBackup } from "./pgbackrest.js";
import { type EpochChain, readEpochChain, referenceTo, signersAt } from "./points-chain.js";

/** What is dropped of a repository, and by what. */
export interface RetentionJob {
  readonly epoch: number;
  /** The dataset's other copies: they know where the copy's chain ends. */
  readonly others: readonly HeadCopy[];
  /** Seconds for which the plan keeps backups. */
  readonly keep: number;
  /** What the tool lists. */
  readonly listed: readonly Pick<RepositoryBackup, "label">[];
  /** Site whose run it is. */
  readonly by: string;
  readonly now: Date;
  /** Removes a full backup and what adds to it from the repository. */
  readonly expire: (label: string) => Promise<void>;
  readonly say: (line: string) => void;
}

/**
 * Drops the full backups of a copy that the plan's retention does not keep, with what adds to them. The tool itself drops none:
 * it knows of no holds.
 *
 * Kept beside what is young enough are held points and whatever they add to, the newest verified one, and the newest full
 * backup that is older than that: log is replayed onto it from the beginning of the time that is kept. While none is verified
 * nothing goes.
 *
 * The tombstone comes first, so that no point is listed that does not restore. Safe to kill and to run again: what has one
 * and is still in the repository goes with the next run.
 *
 * @returns labels of the full backups that went
 */
export async function dropBackups(copy: HeadCopy, job: RetentionJob, signer: Signer): Promise<string[]> {
  const { plan, dataset, site, store } = copy;
  const { epoch, keep, listed, by } = job;
  const chain = await readEpochChain(copy, epoch, await signersAt(copy));
  const prefix = names.manifestPrefix(dataset, epoch);
  const head = (await knownHeads(copy, job.others)).get(epoch);
  const [fault] = [...chain.faults, ...(head ? headFault(chain.entries, { head, prefix }) : [])];
  // What cannot be read, or was cut off, may be what holds.
  if (fault) {
    job.say(`nothing is dropped at ${site}, its chain is damaged: ${fault.key}: ${fault.problem}`);
    return [];
  }
  const there = new Set(listed.map(({ label }) => label));
  const { dropped, refused } = fullsToDrop(chain, keep, job.now, there);
  if (refused !== undefined) job.say(`${refused}, at ${site}`);
  const removed = chain.points.flatMap((point) =>
    dropped.has(fullOf(point.label)) ? (referenceTo(chain, point) ?? []) : [],
  );
  if (removed.length > 0)
    await appendEntry(
      store,
      prefix,
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

/** What retention makes of a repository's full backups. */
export interface FullsToDrop {
  /** Labels of those that nobody needs any more. */
  readonly dropped: ReadonlySet<string>;
  /** Why none goes although the plan would let some go. */
  readonly refused?: string;
}

/** @param there labels that the tool lists: what it does not, lets no other go, whatever once was said of it */
export function fullsToDrop(
  { points }: Pick<EpochChain, "points">,
  keep: number,
  now: Date,
  there: ReadonlySet<string>,
): FullsToDrop {
  const { decisions, refused } = selectPoints(
    `${keep}s`,
    points.map((point) => ({
      id: point.label,
      at: new Date(point.finishedAt),
      verified: isVerified(point) && there.has(point.label),
      held: point.held !== undefined,
      ...(fullOf(point.label) === point.label ? {} : { parent: fullOf(point.label) }),
    })),
    now,
  );
  if (refused !== undefined) return { dropped: new Set(), refused };
  const kept = new Set(decisions.flatMap((one) => (one.kept ? [fullOf(one.point.id)] : [])));
  const onto = beneath(decisions, new Date(now.getTime() - keep * 1_000));
  if (onto !== undefined) kept.add(onto);
  const fulls = decisions.map(({ point }) => fullOf(point.id));
  return { dropped: new Set(fulls.filter((full) => !kept.has(full))) };
}

/** The newest full backup that ended before a time. */
const beneath = (decisions: readonly Decision[], since: Date): string | undefined =>
  decisions.find(({ point }) => point.at < since && fullOf(point.id) === point.id)?.point.id;
