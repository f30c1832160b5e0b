import { withHint } from "../../engines/errors.js";
import { repositoryLocks } from "../../engines/postgres/locks.js";
import { backupsOf } from "../../engines/postgres/pgbackrest-config.js";
import { copiesOf, readCopies } from "../../engines/postgres/points-copies.js";
import { dumpLocks } from "../../engines/sealed/locks.js";
import { findPoints } from "../../engines/sealed/points.js";
import { clockFault } from "../../engines/sealed/selection.js";
import { lockAhead, names, type Plan, vaultsOf } from "../../plan/index.js";
import {
  extendLocks,
  type LockNeed,
  type LocksExtended,
  type Store,
  storeTime,
  UnsupportedByStore,
  VaultError,
} from "../../vault/index.js";
import { accessOf, postgresOf, sealedJob } from "../sealed/job.js";
import type { JobOptions } from "../sealed/job-options.js";
import { sealedWanted } from "../sealed/wanted.js";

/** Whose locks are renewed. */
export interface ExtendOptions extends Pick<JobOptions, "kind" | "site" | "store"> {
  /** Only this dataset. @default all */
  readonly dataset?: string | undefined;
  /** Act; otherwise it is only counted what would be renewed. */
  readonly yes: boolean;
}

/** What became of one backup at one copy. */
export interface ExtendedCopy {
  readonly dataset: string;
  readonly site: string;
  /** `logical`, `physical`. */
  readonly kind: string;
  /** How far ahead locks are renewed, in days. */
  readonly days: number;
  readonly done?: LocksExtended;
  /** The store has no locks, by what is known of it: nothing is wrong, and nothing is protected. */
  readonly unlocked?: string;
  /** Why it was not done. */
  readonly failed?: string;
}

function daysOf(plan: Plan, site: string, category: string): number {
  return lockAhead(vaultsOf(plan).find((one) => one.site === site && one.category === category)?.lockDays);
}

/**
 * Renews the locks on every part of every point that is kept, at every copy that is written to directly. A copy that fails
 * keeps none of the others from it. Safe to kill and to run again.
 */
export async function extendAllLocks(plan: Plan, options: ExtendOptions): Promise<ExtendedCopy[]> {
  const results: ExtendedCopy[] = [];
  for (const { dataset, kind } of sealedWanted(plan, options)) {
    const { backup, direct, spec } = await sealedJob(plan, dataset, { ...options, kind });
    for (const found of await findPoints(direct, kind)) {
      const { store, site } = found.copy;
      const days = daysOf(plan, site, spec.category);
      const of = { dataset, site, kind, days };
      if (found.unreachable !== undefined) results.push({ ...of, failed: found.unreachable });
      else
        results.push({
          ...of,
          ...(await extended(store, dataset, options, (now) => dumpLocks(found, backup.keep, now, days))),
        });
    }
  }
  if (options.kind !== undefined && options.kind !== "physical") return results;
  for (const ref of copiesOf(plan, only(options), true, await accessOf(plan, options))) {
    const spec = postgresOf(plan, ref.dataset);
    const days = daysOf(plan, ref.site, spec.category);
    const of = { dataset: ref.dataset, site: ref.site, kind: "physical", days };
    const [copy] = await readCopies([ref]);
    if (!copy || copy.unreachable !== undefined)
      results.push({ ...of, failed: copy?.unreachable ?? "it is gone" });
    else
      results.push({
        ...of,
        ...(await extended(ref.store, ref.dataset, options, (now) =>
          repositoryLocks(ref, copy, backupsOf({ dataset: ref.dataset, spec }), now, days),
        )),
      });
  }
  return results;
}

const only = ({ dataset, site }: ExtendOptions) => ({
  ...(dataset === undefined ? {} : { dataset }),
  ...(site === undefined ? {} : { site }),
});

async function extended(
  store: Store,
  dataset: string,
  { yes }: ExtendOptions,
  needed: (now: Date) => Promise<LockNeed[]>,
): Promise<Pick<ExtendedCopy, "done" | "unlocked" | "failed">> {
  if (!store.declared.lock) return { unlocked: `${store.label} has no locks` };
  try {
    // Nothing takes a lock back, so this machine's clock alone is not believed.
    const now = yes ? await storeTime(store, names.jobClockKey(`${dataset}/locks`)) : new Date();
    const wrong = clockFault((Date.now() - now.getTime()) / 1_000);
    if (wrong !== undefined) return { failed: wrong };
    return { done: await extendLocks(store, await needed(now), { look: !yes }) };
  } catch (error) {
    if (error instanceof UnsupportedByStore) return { unlocked: error.message };
    if (!(error instanceof VaultError)) throw error;
    return { failed: withHint(error) };
  }
}
