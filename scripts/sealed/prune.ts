import { findPoints } from "../../engines/sealed/points.js";
import { type Pruned, type PrunePlan, planPrune, prune } from "../../engines/sealed/prune.js";
import { names, type Plan } from "../../plan/index.js";
import { storeTime } from "../../vault/index.js";
import { endsKept } from "./heads.js";
import { sealedJob } from "./job.js";
import type { JobOptions } from "./job-options.js";
import { asOnlyRun, leaseOf } from "./only-run.js";
import { sealedWanted } from "./wanted.js";

/** What is pruned. */
export interface PruneOptions extends JobOptions {
  /** Only this dataset. @default all */
  readonly dataset?: string | undefined;
  /** Act; otherwise it is only said what would be dropped. */
  readonly yes: boolean;
  readonly say: (line: string) => void;
}

/** One copy of one dump: what was decided, and what was done. */
export interface PrunedCopy {
  readonly dataset: string;
  readonly decided: PrunePlan;
  readonly done?: Pruned;
}

/** Applies retention to every direct copy; what is replicated follows its own store's rules. */
export async function pruneSealed(plan: Plan, options: PruneOptions): Promise<PrunedCopy[]> {
  const results: PrunedCopy[] = [];
  for (const { dataset, kind } of sealedWanted(plan, options)) {
    const { backup, direct, recipients } = await sealedJob(plan, dataset, { ...options, kind });
    if (direct.length === 0) continue;
    const each = async (signal?: AbortSignal) => {
      for (const found of await findPoints(direct, kind)) {
        const { store } = found.copy;
        // Whoever only looks writes nothing, and takes this machine's word for the time.
        const asks = options.yes && found.unreachable === undefined;
        const clock = asks ? await storeTime(store, names.jobClockKey(leaseOf(dataset, kind))) : new Date();
        const decided = planPrune(found, kind, backup.keep, clock, (Date.now() - clock.getTime()) / 1_000);
        const acts = options.yes && decided.refused === undefined;
        results.push({
          ...{ dataset, decided },
          ...(acts ? { done: await prune(decided, recipients, signal) } : {}),
        });
      }
    };
    // A look changes nothing, and waits for nobody.
    if (options.yes)
      await asOnlyRun(direct, leaseOf(dataset, kind), options.say, async (signal) => {
        await each(signal);
        await endsKept(direct, options.say);
      });
    else await each();
  }
  return results;
}
