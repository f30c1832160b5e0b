import { names } from "../../../plan/index.js";
import type { DatasetCopy } from "../../../vault/index.js";
import { EngineError } from "../../errors.js";
import { segmentOf, timelineOf } from "../points-wal.js";

/**
 * The newest segment of each timeline that any copy has of an epoch's log.
 *
 * @returns empty while nothing was archived into it
 */
export async function newestSegments(
  copies: readonly Pick<DatasetCopy, "dataset" | "store">[],
  epoch: number,
): Promise<string[]> {
  const newest = new Map<number, string>();
  for (const { dataset, store } of copies)
    for await (const { key } of store.list(
      `${names.repositoryPath(dataset, epoch).slice(1)}/archive/${dataset}/`,
    )) {
      const name = segmentOf(key);
      if (name !== undefined && name > (newest.get(timelineOf(name)) ?? ""))
        newest.set(timelineOf(name), name);
    }
  return [...newest.values()].sort();
}

/** Whether a server's log goes on where an epoch's ends; it does where nothing was archived into that. */
export function continues(stored: readonly string[], present: string): boolean {
  const last = stored.at(-1);
  return last === undefined || (timelineOf(last) === timelineOf(present) && last <= present);
}

/**
 * Refuses a server whose log does not go on where an epoch's log ends: it was restored or promoted since, or another one has
 * archived in the meantime. Mixed into one repository, the two could not be told apart.
 *
 * @param stored the newest segment of each timeline that the epoch has
 * @param present the segment that the server writes at present
 * @throws EngineError (2) with what to do
 */
export function refuseOtherLog(epoch: number, stored: readonly string[], present: string): void {
  const last = stored.at(-1);
  if (last === undefined || continues(stored, present)) return;
  const why =
    timelineOf(present) > timelineOf(last)
      ? `the server is on timeline ${timelineOf(present)}, and what is stored ends on timeline ${timelineOf(last)}: it was restored or promoted since`
      : `segment ${last} is stored already, and the server writes ${present}: another server archived since`;
  throw new EngineError(
    `this server's log does not continue that of epoch ${epoch}: ${why}`,
    2,
    "--new-epoch begins an epoch of its own",
  );
}
