import { resolve4 } from "node:dns/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { EngineError } from "../../engines/errors.js";
import {
  clusterOf,
  floorSeconds,
  names,
  type Plan,
  postgresDatasets,
  standbySites,
} from "../../plan/index.js";
import { wordsOf } from "../../vault/errors.js";
import type { Tell } from "./phases.js";
import { followKeeper, keeperAt, siteHealth } from "./site.js";

const endpoint = z.object({ service: z.string(), health: z.string() });

/** What taking over deploys, and how soon it can be over. */
export interface FailoverPlan {
  readonly plan: Plan;
  readonly to: string;
  readonly stack: string;
  /** Shortest time from the start to DNS answering the new site, seconds. */
  readonly floorSeconds: number;
}

/**
 * Names what taking over deploys; asks nothing and changes nothing.
 *
 * @throws EngineError when the site is no standby of the plan
 */
export function planFailover(plan: Plan, to: string): FailoverPlan {
  const standbys = standbySites(plan);
  if (!standbys.includes(to))
    throw new EngineError(
      `"${to}" is no standby of plan "${plan.name}"; standbys are: ${standbys.join(", ") || "none"}`,
      2,
    );
  return { plan, to, stack: names.stackName(plan, "standby", to), floorSeconds: floorSeconds(plan) };
}

/**
 * Takes over: deploys the standby as active, waits for the lease, the restore and the verification that its
 * keeper does, starts the new epoch's first backup, and sees DNS follow. Safe to run again at any point.
 *
 * Talks to the standby's cluster, the witness and the name servers; to no other control plane.
 *
 * @throws EngineError when the site does not open, or DNS does not follow, within the given times
 */
export async function failover(
  { plan, to, stack: stackName, floorSeconds: floor }: FailoverPlan,
  tell: Tell,
  patienceSeconds: number,
): Promise<void> {
  const { openStack, update } = await import("../pulumi.js");
  const stack = await openStack(stackName);
  const { endpoint: output } = await stack.outputs();
  const { health, service } = endpoint.parse(output?.value);
  const watching = new AbortController();
  const watched = followKeeper(health, ({ what }) => tell(phaseOf(what), what), watching.signal);
  try {
    tell("deploy", `pulumi up on ${stackName} with mode=active`);
    await update(stack, {
      config: { mode: "active" },
      onChange: ({ state, operation, type, name }) =>
        tell("deploy", `${operation} ${state}: ${type} ${name}`),
    });
    await until(patienceSeconds, async () => {
      const { healthy, reason } = await siteHealth(health);
      return healthy ? undefined : `site "${to}" is not open: ${reason}`;
    });
    tell("open", `site "${to}" is writable, verified and healthy`);
  } finally {
    watching.abort();
    await watched;
  }
  await firstBackups(plan, to, health, tell);
  const { dns } = plan;
  if (dns) {
    await until(floor + 60, async () => {
      const answers = await resolve4(dns.name).catch((): string[] => []);
      return answers.includes(service)
        ? undefined
        : `${dns.name} answers ${answers.join(", ") || "nothing"}, not ${service}`;
    });
    tell("dns", `${dns.name} answers ${service}`);
  }
  tell("done", `"${to}" has taken over`);
}

async function firstBackups(plan: Plan, to: string, health: string, tell: Tell): Promise<void> {
  const epoch = (await keeperAt(health))?.epoch;
  if (epoch === undefined) return;
  const { startBackup } = await import("./first-backup.js");
  for (const [dataset] of postgresDatasets(plan))
    try {
      tell("backup", `started ${await startBackup(plan, clusterOf(plan, to).context, dataset, epoch)}`);
    } catch (error) {
      // The service is back; a backup that does not start must not make taking over look failed.
      tell("backup", `NOT started for ${dataset}: ${wordsOf(error)}`);
    }
}

function phaseOf(what: string): "lease" | "promote" | "restore" | "open" {
  if (what.startsWith("lease")) return "lease";
  if (what.startsWith("promoted")) return "promote";
  return what.startsWith("the gate is open") ? "open" : "restore";
}

/** Asks every second until there is no reason to wait any more. @throws EngineError with the last reason */
async function until(limitSeconds: number, reasonToWait: () => Promise<string | undefined>): Promise<void> {
  const limit = performance.now() + limitSeconds * 1_000;
  for (;;) {
    const reason = await reasonToWait();
    if (reason === undefined) return;
    if (performance.now() > limit)
      throw new EngineError(
        `given up after ${limitSeconds} s: ${reason}`,
        3,
        "run the same command again: it goes on from here",
      );
    await sleep(1_000);
  }
}
