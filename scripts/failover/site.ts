import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";

import { ports } from "../../plan/index.js";

/** What the keeper of a site says about itself; only what taking over reads. */
const keeperStatus = z.object({
  epoch: z.int().optional(),
  lease: z.object({
    gate: z.string(),
    holder: z.object({ site: z.string(), epoch: z.int() }).optional(),
    takeIn: z.number().optional(),
  }),
  history: z.array(z.object({ at: z.string(), what: z.string() })),
});
export type KeeperStatus = z.infer<typeof keeperStatus>;

/** Asks the keeper behind an address; undefined while nobody answers. */
export async function keeperAt(address: string): Promise<KeeperStatus | undefined> {
  const answer = await ask(address, "/status");
  return answer ? keeperStatus.parse(await answer.json()) : undefined;
}

/** Whether users may be sent to the site behind an address, and why not. */
export async function siteHealth(address: string): Promise<{ healthy: boolean; reason: string }> {
  const answer = await ask(address, "/site");
  if (!answer) return { healthy: false, reason: "nobody answers yet" };
  const { reason } = z.object({ reason: z.string().default("") }).parse(await answer.json());
  return { healthy: answer.status === 200, reason };
}

async function ask(address: string, path: string): Promise<Response | undefined> {
  try {
    return await fetch(`http://${address}:${ports.keeper}${path}`, { signal: AbortSignal.timeout(3_000) });
  } catch {
    // No Pod yet, or one that is restarting: the caller asks again.
    return undefined;
  }
}

/** Tells what a keeper's history gains until `signal` aborts. */
export async function followKeeper(
  address: string,
  onLine: (line: { at: string; what: string }) => void,
  signal: AbortSignal,
): Promise<void> {
  let seen = "";
  while (!signal.aborted) {
    const status = await keeperAt(address);
    for (const line of status?.history ?? [])
      if (line.at > seen) {
        seen = line.at;
        onLine(line);
      }
    await sleep(500, undefined, { signal }).catch(() => undefined);
  }
}
