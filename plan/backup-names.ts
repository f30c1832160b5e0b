import { storedBackups } from "./datasets.js";
import type { KeptDataset, StoredBackup } from "./schema/index.js";

/**
 * A dataset's backups by the names that commands, schedules and points know them by: their kind, numbered in the plan's
 * order where there are several of one kind (`logical-1`, `logical-2`).
 */
export function namedBackups(dataset: Pick<KeptDataset, "backups">): [string, StoredBackup][] {
  const all = storedBackups(dataset);
  const count = new Map<string, number>();
  return all.map((backup) => {
    const { kind } = backup;
    const number = (count.get(kind) ?? 0) + 1;
    count.set(kind, number);
    const several = all.filter((one) => one.kind === kind).length > 1;
    return [several ? `${kind}-${number}` : kind, backup];
  });
}
