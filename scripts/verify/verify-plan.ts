import { EngineError } from "../../engines/errors.js";
import { backupsOf, runsWithin } from "../../engines/postgres/pgbackrest-config.js";
import { type CopyRef, copiesOf, readCopies } from "../../engines/postgres/points-copies.js";
import { type Verified, verifyStored, withAlternatives } from "../../engines/postgres/verify.js";
import type { Plan } from "../../plan/index.js";
import type { VerificationLevel } from "../../vault/index.js";
import type { ExitCode } from "../command.js";
import { inPod } from "../in-pod.js";
import { wholeGiven } from "../options.js";
import { isPhysical } from "../physical/hold.js";
import { restoredToo } from "../physical/restored.js";
import { noneToDraw } from "../sealed/drawn.js";
import { accessOf, postgresOf } from "../sealed/job.js";
import type { JobOptions } from "../sealed/job-options.js";
import { folderGiven } from "../sealed/options.js";
import type { VerifiedCopy } from "../sealed/verify.js";
import { allVerified, noneBad, verifyAllSealed } from "../sealed/verify-command.js";
import { say } from "../ui/say.js";
import { judgedPoints, type RecordedVerdict, recordPoints, worthRecording } from "./judged-points.js";
import { type Repository, type Unread, verifyRepositories } from "./repositories.js";

/** What of a plan is verified, as it was given. */
export interface VerifyWish extends Pick<JobOptions, "site" | "kind" | "store" | "identity"> {
  readonly level: VerificationLevel;
  readonly dataset?: string | undefined;
  readonly point?: string | undefined;
  /** A number. */
  readonly days?: string | undefined;
  /** A number. */
  readonly sample?: string | undefined;
  /** Only copies that jobs write to themselves. */
  readonly direct: boolean;
  readonly from?: string | undefined;
  readonly staging?: string | undefined;
}

/** What a plan's copies are found to be. */
export interface VerifiedPlan {
  /** Copies of physical points, as they are stored. */
  readonly all: readonly Verified[];
  /** What their own tool says of them. */
  readonly repositories: readonly Repository[];
  /** Repositories that could not be read from here. */
  readonly unread: readonly Unread[];
  /** Physical points. */
  readonly points: readonly RecordedVerdict[];
  /** Copies of sealed points. */
  readonly dumps: readonly VerifiedCopy[];
  readonly exitCode: ExitCode;
}

/**
 * Verifies the copies of a plan, physical and sealed, as deep as was asked for, and records what was found.
 *
 * @throws EngineError (2) for what was given and has no meaning
 */
export async function verifyPlan(
  plan: Plan,
  { level, site, dataset, days, sample, from, ...options }: VerifyWish,
): Promise<VerifiedPlan> {
  const only = { ...(site === undefined ? {} : { site }), ...(dataset === undefined ? {} : { dataset }) };
  const { kind, point } = options;
  const physicalOnly =
    kind === "physical" || (kind === undefined && point !== undefined && isPhysical(point));
  const which = {
    ...(days === undefined ? {} : { days: wholeGiven("--days", days, 1) }),
    ...(sample === undefined ? {} : { sample: wholeGiven("--sample", sample, 1) }),
  };
  if (physicalOnly && level !== "restored" && (options.point ?? sample) !== undefined)
    throw new EngineError(
      `${options.point === undefined ? "--sample" : "--point"} chooses what is restored: of physical points all are verified ${level}`,
      2,
      "--level restored",
    );
  // What was asked for by name is a dump, and nothing else.
  const dumpsOnly = !physicalOnly && [kind, point, from].some((given) => given !== undefined);
  const drawing = sample !== undefined && !physicalOnly && !dumpsOnly;
  // A point in a cluster is restored by a command of its own, and of what is not restored nothing is drawn. The Pod that
  // restores dumps opens no repository.
  const onMachines = ({ dataset: of }: CopyRef) => !inPod() && postgresOf(plan, of).runs === "server";
  const copies = async (none: boolean) => copiesOf(plan, only, none, await accessOf(plan, options));
  const own = drawing ? (await copies(true)).filter(onMachines) : [];
  const drawnFrom = level === "restored" ? own : [];
  const lenient = drawnFrom.length > 0;
  if (own.length > drawnFrom.length)
    say(`of physical points none is drawn at level "${level}": --kind physical verifies them all`);
  const dumps = physicalOnly
    ? []
    : await verifyAllSealed(plan, {
        ...{ ...options, ...only, level, folder: await folderGiven(from), lenient },
        ...which,
      });
  const refs = dumpsOnly ? [] : drawing ? drawnFrom : await copies(dumps.length > 0);
  const physical = { ...options, ...which, level, lenient };
  const { points, ...stored } = await verifyPhysical(plan, refs, physical);
  if (lenient) requireDrawn(dumps, points, which.days);
  const good =
    noneBad(dumps) &&
    stored.all.every(({ damage, unreachable }) => damage.length === 0 && unreachable === undefined) &&
    stored.repositories.every((one) => one.good) &&
    points.every(({ faults }) => faults.length === 0);
  // What is damaged says more than what nobody could look at.
  const every =
    allVerified(dumps) &&
    stored.unread.length === 0 &&
    points.every(({ unverified }) => unverified === undefined);
  const exitCode: ExitCode = !good ? 1 : every ? 0 : 3;
  return { ...stored, points, dumps, exitCode };
}

/**
 * Where points are drawn from dumps and physical ones alike, says of which there was none.
 *
 * @throws EngineError (1) when there was neither
 */
function requireDrawn(
  dumps: readonly VerifiedCopy[],
  points: readonly RecordedVerdict[],
  days: number | undefined,
): void {
  const none = [
    ...(dumps.every((copy) => copy.points.length === 0) ? ["dump or copy"] : []),
    ...(points.some((one) => one.level === "restored" || one.unverified !== undefined)
      ? []
      : ["physical point"]),
  ];
  if (none.length > 1) throw noneToDraw("point", days);
  for (const what of none) say(noneToDraw(what, days).message);
}

/** Which physical points are verified, and how. */
interface PhysicalWish extends Pick<VerifyWish, "level" | "store" | "identity" | "point" | "staging"> {
  readonly days?: number;
  readonly sample?: number;
  /** There need be none to draw. */
  readonly lenient: boolean;
}

/** Verifies copies of physical points, and records what was found of each point. */
async function verifyPhysical(
  plan: Plan,
  refs: readonly CopyRef[],
  wish: PhysicalWish,
): Promise<Pick<VerifiedPlan, "all" | "repositories" | "unread" | "points">> {
  const { level, days } = wish;
  const copies = await readCopies(refs);
  const results = await Promise.all(
    refs.flatMap((ref, index) => {
      const copy = copies[index];
      const { physical, wal } = backupsOf({ dataset: ref.dataset, spec: postgresOf(plan, ref.dataset) });
      const logKept = wal ? runsWithin(physical, wal) + 1 : 1;
      return copy ? [verifyStored(copy, ref, logKept).then((stored) => ({ ref, copy, stored }))] : [];
    }),
  );
  const all = withAlternatives(
    results.map(({ stored }) => stored),
    copies.flatMap(({ points }) => points),
  );
  // A drill's Pod restores what it draws, and may start no Jobs that read the rest.
  const shallow = level === "stored" || (level === "restored" && inPod());
  const { repositories, unread } = shallow
    ? { repositories: [], unread: [] }
    : await verifyRepositories(plan, copies, all, wish);
  const deepAt = ({ dataset, site }: CopyRef) =>
    repositories.filter((one) => one.dataset === dataset && one.site === site);
  const found = judgedPoints(results.map((one) => ({ ...one, deep: deepAt(one.ref) })));
  const tried =
    level === "restored" && refs.length > 0 ? await restoredToo(plan, found, { ...wish, say }) : found;
  const points = await recordPoints(plan, refs, tried, worthRecording(tried, days, new Date()), say);
  return { all, repositories, unread, points };
}
