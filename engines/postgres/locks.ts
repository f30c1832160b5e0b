import { names, seconds, type WalBackup } from "../../plan/index.js";
import type { LockNeed, LockReach } from "../../vault/index.js";
import { lockWindow } from "../lock-window.js";
import type { PhysicalPoint } from "./points-chain.js";
import type { Copy, CopyRef } from "./points-copies.js";
import { segmentOf } from "./points-wal.js";
import { fullOf } from "./retention.js";

/** What a dataset's repository is kept by. */
interface Kept {
  /** Seconds for which backups are kept. */
  readonly keep: number;
  readonly wal: Pick<WalBackup, "keep"> | undefined;
}

/**
 * What has to stay locked at a copy for its physical points: the files of every backup that the tool has not expired, the
 * log, the repository's own catalogue, the keys and the chain.
 *
 * @param now the store's own time
 * @param days how far ahead a lock is renewed at the most
 */
export async function repositoryLocks(
  { store, dataset }: CopyRef,
  { epochs }: Pick<Copy, "epochs">,
  kept: Kept,
  now: Date,
  days: number,
): Promise<LockNeed[]> {
  const needs: LockNeed[] = [];
  const add = async (prefix: string, reach: LockReach & Pick<LockNeed, "finishedAt">) => {
    for await (const { key } of store.list(prefix))
      needs.push({ key, ...reach, ...(isSavedAgain(key) ? { written: "over" } : {}) });
  };
  const furthest = lockWindow(now, days);
  for (const { epoch, chain } of epochs) {
    const { points } = chain;
    if (points.length === 0) continue;
    const root = names.repositoryPath(dataset, epoch).slice(1);
    const expiries = expiriesOf(points, kept);
    for (const { label, finishedAt } of points)
      await add(`${root}/backup/${dataset}/${label}/`, {
        ...lockWindow(now, days, expiries.get(fullOf(label))),
        // The tool takes up a backup that was cut off, and copies some of its files once more.
        finishedAt: new Date(finishedAt),
      });
    const oldest = points.map(({ startWal }) => startWal.slice(8)).sort()[0] ?? "";
    for await (const { key, modifiedAt } of store.list(`${root}/archive/${dataset}/`)) {
      const position = segmentOf(key)?.slice(8);
      if (position !== undefined && position >= oldest)
        needs.push({
          key,
          ...lockWindow(now, days, logExpiry(position, modifiedAt, points, expiries, kept)),
        });
    }
    // The tool's own catalogue, which it overwrites.
    for (const file of [`backup/${dataset}/backup.info`, `archive/${dataset}/archive.info`])
      for (const key of [`${root}/${file}`, `${root}/${file}.copy`])
        needs.push({ key, ...furthest, written: "over" });
    await add(names.manifestPrefix(dataset, epoch), furthest);
  }
  if (needs.length > 0) await add(names.keyPrefix(dataset), furthest);
  return needs;
}

/** What the tool saves again and again while a backup runs, so that one that is cut off can be taken up. */
const isSavedAgain = (key: string) => key.endsWith("/backup.manifest.copy");

/** When each full backup goes: with the newest that adds to it, and one that is held nobody knows when. */
function expiriesOf(points: readonly PhysicalPoint[], { keep }: Kept): ReadonlyMap<string, Date> {
  const held = points.flatMap((point) => (point.held ? [fullOf(point.label)] : []));
  const expiries = new Map<string, Date>();
  for (const { label, finishedAt } of points) {
    const full = fullOf(label);
    const expires = new Date(Date.parse(finishedAt) + keep * 1_000);
    const known = expiries.get(full);
    if (!held.includes(full) && (!known || known < expires)) expiries.set(full, expires);
  }
  return expiries;
}

/** Log that makes a backup consistent goes with it; other log by its own retention. */
function logExpiry(
  position: string,
  storedAt: Date,
  points: readonly PhysicalPoint[],
  expiries: ReadonlyMap<string, Date>,
  { wal }: Kept,
): Date | undefined {
  const needing = points.filter(
    ({ startWal, stopWal }) => startWal.slice(8) <= position && position <= stopWal.slice(8),
  );
  const ends = needing.map(({ label }) => expiries.get(fullOf(label))?.getTime());
  if (wal) ends.push(storedAt.getTime() + seconds(wal.keep) * 1_000);
  const known = ends.filter((end) => end !== undefined);
  return known.length > 0 && known.length === ends.length ? new Date(Math.max(...known)) : undefined;
}
