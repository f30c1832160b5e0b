import type { Store, UnfinishedUpload } from "./store.js";

/**
 * Ends uploads that were begun before a moment and never ended: what killed runs left, which is paid for and seen by
 * nobody.
 *
 * @returns those that it ended
 * @throws UnsupportedByStore when the store does not list them; its own rule for unfinished uploads has to do then
 */
export async function endUnfinished(
  store: Pick<Store, "uploads" | "abort">,
  prefix: string,
  before: Date,
): Promise<UnfinishedUpload[]> {
  const ended: UnfinishedUpload[] = [];
  for await (const upload of store.uploads(prefix)) {
    if (upload.startedAt >= before) continue;
    await store.abort(upload);
    ended.push(upload);
  }
  return ended;
}
