import { EngineError } from "../../engines/errors.js";
import { leaseStore } from "../../engines/postgres/lease.js";
import { type Plan, postgresDatasets } from "../../plan/index.js";
import { LeaseStoreError, readLease } from "../../vault/lease/index.js";
import { openStack } from "../pulumi.js";
import type { FailoverPlan } from "./failover.js";

/** Who holds a lease, or why nobody can say: a witness that does not answer now must not hide the rest. */
export type Holder = { readonly site: string; readonly epoch: number } | { readonly unknown: string };

/** What stands in the way of taking over, and who would be taken over from. */
export interface FailoverLook {
  /** By dataset: who holds the lease now; undefined when nobody ever did. */
  readonly holders: Readonly<Record<string, Holder | undefined>>;
  /** What would keep it from acting right now, in words. */
  readonly obstacles: readonly string[];
}

/** Looks what taking over would meet; changes nothing. Whoever acts meets it anyway, and does not look first. */
export async function lookAtFailover({ plan, stack }: FailoverPlan): Promise<FailoverLook> {
  const [holders, obstacles] = await Promise.all([
    Promise.all(
      postgresDatasets(plan).map(async ([dataset]) => [dataset, await holderOf(plan, dataset)] as const),
    ),
    obstaclesOf(stack),
  ]);
  return { holders: Object.fromEntries(holders), obstacles };
}

/** A look that finds no fault must mean that acting gets as far as the engine. */
async function obstaclesOf(stack: string): Promise<string[]> {
  try {
    await openStack(stack);
    return [];
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return [error.hint ? `${error.message} (try: ${error.hint})` : error.message];
  }
}

async function holderOf(plan: Plan, dataset: string): Promise<Holder | undefined> {
  try {
    const found = await readLease(leaseStore({ plan, dataset }), AbortSignal.timeout(5_000));
    return found && { site: found.record.site, epoch: found.record.epoch };
  } catch (error) {
    if (!(error instanceof LeaseStoreError)) throw error;
    return { unknown: error.message };
  }
}
