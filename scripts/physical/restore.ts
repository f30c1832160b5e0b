import { EngineError } from "../../engines/errors.js";
import { parseMoment } from "../../engines/moment.js";
import { choosePoints } from "../../engines/postgres/host/choose.js";
import type { HostCopy, HostDataset } from "../../engines/postgres/host/dataset.js";
import type { Replayed } from "../../engines/postgres/host/replay.js";
import { requireFillable, restoreIntoFolder } from "../../engines/postgres/host/restore.js";
import { type RecoveryTarget, type TargetWish, targetOf } from "../../engines/postgres/host/target.js";
import type { RecoveryPoint } from "../../engines/postgres/points.js";
import { type Copy, readCopies } from "../../engines/postgres/points-copies.js";
import { timelineOf, walReach } from "../../engines/postgres/points-wal.js";
import type { Plan } from "../../plan/index.js";
import { unwrapPassphrase } from "../../vault/index.js";
import { type HostOptions, hostDataset } from "./job.js";

/** What somebody asks for. */
export interface FolderWish extends HostOptions, TargetWish {
  /** The data folder that is to be. */
  readonly into: string;
  /** Timeline to follow. @default the newest */
  readonly timeline?: number | undefined;
  /** Whether a log with a gap is replayed up to it, where nothing says how far. @default false: that is refused */
  readonly acceptGap?: boolean | undefined;
  /** Identity that the system has to have. @default any */
  readonly system?: string | undefined;
}

/** What a restore would do. Nothing was touched. */
export interface FolderPlan {
  readonly of: HostDataset;
  readonly copy: HostCopy;
  readonly point: RecoveryPoint;
  /** Points to try when this one fails, best first. */
  readonly next: readonly RecoveryPoint[];
  readonly target: RecoveryTarget;
  readonly wish: FolderWish;
  /** What its entry says of the server. */
  readonly source: Copy["epochs"][number]["chain"]["points"][number];
}

/**
 * Chooses the point, and looks at the folder; nothing is touched.
 *
 * @throws EngineError: 1 when nothing covers the target or no copy answers, 2 when what was given is none or the folder
 *   may not be filled
 */
export async function planFolderRestore(plan: Plan, dataset: string, wish: FolderWish): Promise<FolderPlan> {
  const target = targetOf(wish);
  const of = await hostDataset(plan, dataset, wish);
  const found = await readCopies(of.copies);
  const silent = found.flatMap(({ site, unreachable }) =>
    unreachable === undefined ? [] : [`${site} does not answer: ${unreachable}`],
  );
  if (silent.length === found.length) throw new EngineError(silent.join("; "), 3);
  const points = found.flatMap((copy) => copy.points);
  const [point, ...next] = choosePoints(dataset, points, target, wish.point);
  const copy = of.copies.find(({ site }) => site === point.site);
  const content = found
    .find(({ site }) => site === point.site)
    ?.epochs.find(({ epoch }) => epoch === point.epoch);
  const source = content?.chain.points.find(({ sequence }) => sequence === point.sequence);
  if (!copy || !content || !source) throw new EngineError(`${point.label} is at no copy any more`, 3);
  if (wish.system !== undefined && wish.system !== source.systemIdentifier)
    throw new EngineError(
      `${point.label} is of another system: its identifier is ${source.systemIdentifier}, expected ${wish.system}`,
      2,
    );
  const gap = walReach(content.wal, source.startWal)?.missing;
  if (target.kind === "latest" && gap !== undefined && !wish.acceptGap)
    throw new EngineError(
      `segment ${gap} of the log is missing at ${point.site}: nothing that was committed after ${point.until ?? point.finishedAt} can be restored from ${point.label}`,
      1,
      "--accept-gap restores what is before it; --site <site> takes another copy",
    );
  const timelines = [...new Set([...content.wal.keys()].map(timelineOf))];
  if (wish.timeline !== undefined && !timelines.includes(wish.timeline))
    throw new EngineError(
      `there is no log of timeline ${wish.timeline} at ${point.site}, only of ${timelines.sort((a, b) => a - b).join(", ")}`,
      1,
      "--timeline <number>",
    );
  await requireFillable({ into: wish.into, copy, point: source });
  return { of, copy, point, next, target, wish, source };
}

/** Does it. @throws EngineError as `restoreIntoFolder` does; VaultError when no key at hand opens the point */
export async function restoreFolder(
  { of, copy, point, target, wish, source }: FolderPlan,
  say: (line: string) => void,
): Promise<Replayed> {
  const passphrase = await unwrapPassphrase(copy.ring);
  const { into, timeline } = wish;
  const asOf = wish.asOf === undefined ? {} : { asOf: new Date(parseMoment(wish.asOf).iso) };
  const request = { ...asOf, of, copy, epoch: point.epoch, point: source, target, passphrase, into };
  return restoreIntoFolder(timeline === undefined ? request : { ...request, timeline }, say);
}
