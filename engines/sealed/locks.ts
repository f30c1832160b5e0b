import { names, seconds } from "../../plan/index.js";
import type { Selection } from "../../plan/retention/select.js";
import type { Retention } from "../../plan/schema/index.js";
import type { LockNeed, Store } from "../../vault/index.js";
import { lockWindow } from "../lock-window.js";
import type { FoundCopy } from "./points.js";
import { idOf, selectionOf } from "./selection.js";

/**
 * What has to stay locked at a copy for its dumps: the parts of every point that retention or somebody keeps, its keys,
 * and its chain.
 *
 * @param clock the store's own time
 * @param days how far ahead a lock is renewed at the most
 */
export async function dumpLocks(
  { copy, points }: FoundCopy,
  keep: Retention,
  clock: Date,
  days: number,
): Promise<LockNeed[]> {
  const { store, dataset } = copy;
  const selection = selectionOf(points, keep, clock);
  const kept = new Map(
    selection.decisions.flatMap((decision) => (decision.kept ? [[decision.point.id, decision]] : [])),
  );
  const needs = points.flatMap((found): LockNeed[] => {
    const decision = kept.get(idOf(found));
    if (!decision) return [];
    const reach = lockWindow(clock, days, expiryOf(decision, keep));
    return found.point.parts.map(({ key }) => ({ key, ...reach }));
  });
  if (needs.length === 0) return [];
  const chains = new Set(points.flatMap((found) => (kept.has(idOf(found)) ? [found.chain] : [])));
  const reach = lockWindow(clock, days);
  const shared = await listed(store, [...chains, names.keyPrefix(dataset)]);
  return [...needs, ...shared.map((key) => ({ key, ...reach }))];
}

/** When a point goes that is kept for its age alone; undefined where nothing says when. */
function expiryOf({ point, why }: Selection["decisions"][number], keep: Retention): Date | undefined {
  if (typeof keep !== "string" || keep === "forever" || why.length > 1) return undefined;
  return new Date(point.at.getTime() + seconds(keep) * 1_000);
}

async function listed(store: Store, prefixes: readonly string[]): Promise<string[]> {
  const keys: string[] = [];
  for (const prefix of prefixes) for await (const { key } of store.list(prefix)) keys.push(key);
  return keys;
}
