import { z } from "zod";

import { cloudSiteOf, names } from "../../plan/index.js";
import { readLedger, recovery } from "../customer/index.js";
import { checkOf } from "./dns-answers.js";
import { callsOf } from "./gate-calls.js";
import { type KeeperStatus, whenFirst } from "./keeper-status.js";
import { kubectl } from "./kubectl.js";
import type { GoodDay } from "./model.js";

/** One line of `secondsite failover --json`. */
export const failoverLine = z.object({ phase: z.string(), at: z.iso.datetime(), detail: z.string() });

const events = z.object({
  items: z.array(
    z.object({
      reason: z.string(),
      firstTimestamp: z.string().nullish(),
      eventTime: z.string().nullish(),
      involvedObject: z.object({ fieldPath: z.string().optional() }),
    }),
  ),
});

/** What taking over began with, in milliseconds since 1970. */
export interface Beginning {
  /** When the primary was lost. */
  readonly fault: { readonly wall: number; readonly mono: number };
  /** When somebody decided to take over. */
  readonly decided: number;
  /** What `secondsite failover` told. */
  readonly said: readonly string[];
}

/**
 * Adds what the time between decision and recovery went into, each phase beginning where the one before ended:
 * from Pulumi's events as the command passes them on, Kubernetes' events, the witness's gate, the keeper, the
 * health check and the customer's ledger. Ends at the first that never came.
 */
export async function addRecoveryPhases(
  day: GoodDay,
  { fault, decided, said }: Beginning,
  keeper: KeeperStatus | undefined,
): Promise<void> {
  const [started, check, lease] = await Promise.all([
    startedContainers(day),
    checkOf(day, day.standby),
    leaseTaken(day, decided),
  ]);
  const wrote = recovery(readLedger(day.ledger), fault.mono, [day.primary.service]);
  const steps: readonly [string, number | undefined][] = [
    ["Deployed by Pulumi", deployedAt(said)],
    ["Pod started", started.get("spec.initContainers{prepare}")],
    ["Restored from the standby's copy", started.get("spec.containers{database}")],
    ["PostgreSQL started", keeper && whenFirst(keeper, "PostgreSQL answers, read-only")],
    ["Lease waited for", lease],
    ["Promoted and verified", keeper && whenFirst(keeper, "the gate is open")],
    ["Check turned healthy", check?.status === "healthy" ? Date.parse(check.since ?? "") : undefined],
    ["DNS answers expired", wrote === undefined ? undefined : fault.wall + wrote * 1000],
  ];
  let from = decided;
  for (const [name, at] of steps) {
    if (at === undefined || Number.isNaN(at)) return;
    // Kubernetes tells whole seconds.
    const to = Math.max(from, at);
    day.timeline.span(name, from, to);
    from = to;
  }
}

/** When the engine began to create the StatefulSet. */
function deployedAt(said: readonly string[]): number | undefined {
  const found = said
    .filter((text) => text.startsWith("{"))
    .map((text) => failoverLine.parse(JSON.parse(text)))
    .find(({ detail }) => detail.startsWith("create started: kubernetes:apps/v1:StatefulSet"));
  return found && Date.parse(found.at);
}

/** When each container of the standby's database was first started, by its place in the Pod. */
async function startedContainers({ world, plan, dataset, standby }: GoodDay): Promise<Map<string, number>> {
  const pod = `involvedObject.kind=Pod,involvedObject.name=${dataset}-0,reason=Started`;
  const space = names.namespace(plan);
  const flags = ["--namespace", space, "--field-selector", pod, "--output", "json"];
  const { items } = events.parse(JSON.parse(await kubectl(world, standby.region, "get", "events", ...flags)));
  const first = new Map<string, number>();
  for (const { involvedObject, firstTimestamp, eventTime } of items) {
    const at = Date.parse(firstTimestamp ?? eventTime ?? "");
    const place = involvedObject.fieldPath ?? "";
    if (!Number.isNaN(at)) first.set(place, Math.min(at, first.get(place) ?? at));
  }
  return first;
}

/** When the witness stored the standby's first write of the lease. */
async function leaseTaken(
  { world, plan, dataset, standby }: GoodDay,
  since: number,
): Promise<number | undefined> {
  const witness = plan.lease && cloudSiteOf(plan, plan.lease.witness);
  const role = names.roleName(plan, standby.site, dataset, "database");
  const calls = witness ? await callsOf(world, witness.region) : [];
  const taken = calls.find(
    ({ time, action, principal, status, resource }) =>
      Date.parse(time) >= since &&
      action === "s3:PutObject" &&
      status === 200 &&
      principal?.includes(`/${role}/`) &&
      resource?.endsWith(`/${names.leaseKey(dataset)}`),
  );
  return taken && Date.parse(taken.time);
}
