import { names } from "../plan/index.js";
import { endUnfinished, type Store } from "../vault/index.js";

/** Milliseconds after which what no entry names is what a killed run left: no capture takes a day. */
export const abandonedAfter = 86_400_000;

/**
 * Ends what runs of ours that were killed left unfinished at a copy: on a disk an entry, a head, a lease or a record leaves a
 * file aside as much as a part does. What other tools write into the same bucket, such as a repository, is theirs.
 *
 * @param prefixes where else runs write: the prefixes of the points' own objects
 * @param clock what time it is
 */
export async function endAbandoned(
  store: Pick<Store, "uploads" | "abort" | "declared">,
  dataset: string,
  prefixes: readonly string[],
  clock: Date,
): Promise<void> {
  // A store that does not list them ends them by a rule of its own.
  if (!store.declared["list-uploads"]) return;
  const before = new Date(clock.getTime() - abandonedAfter);
  const own = [names.chainsPrefix(dataset), names.headsPrefix(dataset), names.keyPrefix(dataset)];
  for (const prefix of [...prefixes, ...own, "leases/", "audit/", "audit-anchors/"])
    await endUnfinished(store, prefix, before);
}
