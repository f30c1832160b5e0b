import { z } from "zod";

import { ports } from "../../plan/index.js";
import { now } from "../customer/index.js";
import type { SiteView } from "./model.js";

const schema = z.object({
  /** Epoch in which the database accepts writes; absent while it accepts none. */
  epoch: z.int().optional(),
  lease: z.object({ open: z.boolean() }),
  volume: z.object({
    origin: z.object({ kind: z.string(), fromEpoch: z.int().optional(), label: z.string().optional() }),
  }),
  /** What it did, oldest first. */
  history: z.array(z.object({ at: z.string(), what: z.string() })),
});

/** What the keeper of a site says of itself. */
export type KeeperStatus = z.infer<typeof schema>;

/** Asks the keeper behind a site's health door; undefined while none answers. */
export async function keeperStatus({ health }: SiteView): Promise<KeeperStatus | undefined> {
  const answer = await fetch(`http://${health}:${ports.keeper}/status`, {
    signal: AbortSignal.timeout(2000),
  }).catch(() => undefined);
  // A door without a Pod behind it refuses, or answers for nobody.
  return answer?.status === 200 ? schema.parse(await answer.json()) : undefined;
}

/** When a keeper first did something, in milliseconds since 1970. */
export function whenFirst({ history }: KeeperStatus, start: string): number | undefined {
  const found = history.find(({ what }) => what.startsWith(start));
  return found && Date.parse(found.at);
}

/** A moment of the wall clock on the monotonic one, in milliseconds; all processes of a world share both. */
export function monotonic(wall: number): number {
  const at = now();
  return at.mono - (at.wall - wall);
}
