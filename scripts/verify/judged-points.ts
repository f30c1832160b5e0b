import { faultInWords } from "../../engines/engine.js";
import { type PointVerdict, pointVerdicts } from "../../engines/postgres/point-verdicts.js";
import type { Copy, CopyRef } from "../../engines/postgres/points-copies.js";
import type { Verified } from "../../engines/postgres/verify.js";
import type { RepositoryVerdict } from "../../engines/postgres/verify-repository.js";
import { verificationRecorder } from "../../engines/verification-record.js";
import { names, type Plan } from "../../plan/index.js";
import { recipientsOf } from "../../vault/index.js";
import { endsKept } from "../sealed/heads.js";
import { doneBy } from "../sealed/job.js";
import { sinceDays } from "../sealed/since.js";

/** One copy of physical points, and what was found there. */
export interface VerifiedRepository {
  readonly ref: CopyRef;
  readonly copy: Copy;
  readonly stored: Verified;
  /** What its own tool found, by epoch; empty where it was not asked. */
  readonly deep: readonly RepositoryVerdict[];
}

/** What was found of one physical point. */
export interface JudgedPoint extends PointVerdict {
  readonly copy: CopyRef;
  readonly epoch: number;
  /** Why it could not be verified as deep as was asked, which says nothing about it. */
  readonly unverified?: string;
}

/** What became of one physical point, for people and programs. */
export interface RecordedVerdict extends Pick<JudgedPoint, "epoch" | "level" | "faults" | "unverified"> {
  readonly dataset: string;
  readonly site: string;
  readonly label: string;
  /** Whether the result stands in the point's chain. */
  readonly recorded: boolean;
}

/** What a verification of copies says of each of their points. */
export const judgedPoints = (verified: readonly VerifiedRepository[]): JudgedPoint[] =>
  verified.flatMap(({ ref, copy, stored, deep }) =>
    // Of a copy that stopped answering nothing is known, and nothing is called good.
    (stored.unreachable === undefined ? copy.epochs : []).flatMap((content) => {
      const { epoch } = content;
      const repository = deep.find((one) => one.epoch === epoch);
      return pointVerdicts(content, stored.damage, repository).map((one) => ({ ...one, copy: ref, epoch }));
    }),
  );

/**
 * The points whose results go into their chains: those of the last days, and whatever is found damaged, once. Each entry is
 * read by every restore: a night's run must not add one for every point that is kept for years.
 *
 * @param days @default all points
 */
export function worthRecording(
  judged: readonly JudgedPoint[],
  days: number | undefined,
  now: Date,
): JudgedPoint[] {
  const since = sinceDays(days, now.getTime());
  return judged.filter(({ point, level, faults }) => {
    if (Date.parse(point.finishedAt) >= since) return true;
    const known = point.verification;
    const said = faults.map(faultInWords);
    return said.length > 0 && !(known?.level === level && known.faults.join() === said.join());
  });
}

/**
 * Records in the copies' chains what was found of each point that is worth it.
 *
 * @param refs copies that were asked
 * @param worth points of them; see {@link worthRecording}
 * @returns every point
 */
export async function recordPoints(
  plan: Plan,
  refs: readonly CopyRef[],
  judged: readonly JudgedPoint[],
  worth: readonly JudgedPoint[],
  say: (line: string) => void,
): Promise<RecordedVerdict[]> {
  const results: RecordedVerdict[] = [];
  for (const dataset of new Set(refs.map((ref) => ref.dataset))) {
    const copies = refs.filter((ref) => ref.dataset === dataset);
    const sites = copies.map(({ site }) => site);
    const record = verificationRecorder(doneBy(), recipientsOf(plan, dataset, sites), say);
    for (const one of judged) {
      const { copy, epoch, point, reference, level, faults, unverified } = one;
      if (copy.dataset !== dataset) continue;
      const chain = names.manifestPrefix(dataset, epoch);
      const recorded =
        worth.includes(one) && (await record({ copy, chain, epoch, reference }, { level, faults }));
      results.push({
        ...{ dataset, site: copy.site, epoch, label: point.label, level, faults, recorded },
        ...(unverified === undefined ? {} : { unverified }),
      });
    }
    await endsKept(copies, say);
  }
  return results;
}
