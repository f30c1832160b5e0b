import { findPoints } from "../../engines/sealed/points.js";
import { type Pruned, type PrunePlan, planPrune, prune } from "../../engines/sealed/prune.js";
import { namedBackups, type Plan, postgresDatasets } from "../../plan/index.js";
import { storeTime, withJobLease } from "../../vault/index.js";
import { leaseOf } from "./backup.js";
import { doneBy, type JobOptions, sealedJob } from "./job.js";

/** What is pruned. */
export interface PruneOptions extends JobOptions {
  /** Only this dataset. @default all */
  readonly dataset?: string | undefined;
  /** Act; otherwise it is only said what would be dropped. */
  readonly yes: boolean;
}

/** One copy of one dump: what was decided, and what was done. */
export interface PrunedCopy {
  readonly dataset: string;
  readonly decided: PrunePlan;
  readonly done?: Pruned;
}

/** Applies retention to every direct copy; what is replicated follows its own store's rules. */
export async function pruneSealed(plan: Plan, options: PruneOptions): Promise<PrunedCopy[]> {
  const wanted = postgresDatasets(plan).flatMap(([dataset, spec]) =>
    options.dataset !== undefined && options.dataset !== dataset
      ? []
      : namedBackups(spec).flatMap(([kind, { kind: of }]) => (of === "logical" ? [{ dataset, kind }] : [])),
  );
  const results: PrunedCopy[] = [];
  for (const { dataset, kind } of wanted) {
    if (options.kind !== undefined && options.kind !== kind) continue;
    const { backup, direct, recipients } = await sealedJob(plan, dataset, { ...options, kind });
    const [first] = direct;
    if (!first) continue;
    const each = async (signal?: AbortSignal) => {
      for (const found of await findPoints(direct, kind)) {
        const { store } = found.copy;
        // Whoever only looks writes nothing, and takes this machine's word for the time.
        const asks = options.yes && found.unreachable === undefined;
        // The lease's own key: on a disk `<dataset>` beside it would be a file in the place of its folder.
        const clock = asks ? await storeTime(store, `leases/clock/${leaseOf(dataset, kind)}`) : new Date();
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
      await withJobLease({ store: first.store, job: leaseOf(dataset, kind), holder: doneBy() }, each);
    else await each();
  }
  return results;
}
