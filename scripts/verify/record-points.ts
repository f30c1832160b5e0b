import { type PointVerdict, pointVerdicts } from "../../engines/postgres/point-verdicts.js";
import type { Copy, CopyRef } from "../../engines/postgres/points-copies.js";
import type { Verified } from "../../engines/postgres/verify.js";
import type { RepositoryVerdict } from "../../engines/postgres/verify-repository.js";
import { verificationRecorder } from "../../engines/verification-record.js";
import { names, type Plan } from "../../plan/index.js";
import { recipientsOf } from "../../vault/index.js";
import { endsKept } from "../sealed/heads.js";
import { doneBy } from "../sealed/job.js";

/** One copy of physical points, and what was found there. */
export interface VerifiedRepository {
  readonly ref: CopyRef;
  readonly copy: Copy;
  readonly stored: Verified;
  /** What its own tool found, by epoch; empty where it was not asked. */
  readonly deep: readonly RepositoryVerdict[];
}

/** What became of one physical point. */
export interface RecordedVerdict extends Pick<PointVerdict, "label" | "level" | "faults"> {
  readonly dataset: string;
  readonly site: string;
  readonly epoch: number;
  /** Whether the result stands in the point's chain. */
  readonly recorded: boolean;
}

/** Records in the copies' chains what was found of each physical point. */
export async function recordPoints(
  plan: Plan,
  verified: readonly VerifiedRepository[],
  say: (line: string) => void,
): Promise<RecordedVerdict[]> {
  const results: RecordedVerdict[] = [];
  for (const dataset of new Set(verified.map(({ ref }) => ref.dataset))) {
    const copies = verified.filter(({ ref }) => ref.dataset === dataset);
    const refs = copies.map(({ ref }) => ref);
    const recipients = recipientsOf(
      plan,
      dataset,
      refs.map(({ site }) => site),
    );
    const record = verificationRecorder(doneBy(), recipients, say);
    for (const { ref, copy, stored, deep } of copies)
      for (const content of copy.epochs) {
        const { epoch } = content;
        const repository = deep.find((one) => one.epoch === epoch);
        for (const { label, reference, level, faults } of pointVerdicts(content, stored.damage, repository)) {
          const point = { copy: ref, chain: names.manifestPrefix(dataset, epoch), epoch, reference };
          const recorded = await record(point, { level, faults });
          results.push({ dataset, site: ref.site, epoch, label, level, faults, recorded });
        }
      }
    await endsKept(refs, say);
  }
  return results;
}
