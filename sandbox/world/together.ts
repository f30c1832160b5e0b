/**
 * Runs work side by side. When one fails or the caller gives up, the others stop at their next step; throws only
 * once all have ended, so that nothing is started after it.
 */
export async function together(
  outer: AbortSignal | undefined,
  work: (signal: AbortSignal) => readonly Promise<void>[],
): Promise<void> {
  const failing = new AbortController();
  const signal = outer ? AbortSignal.any([outer, failing.signal]) : failing.signal;
  await Promise.allSettled(work(signal).map((each) => each.catch((error: unknown) => failing.abort(error))));
  signal.throwIfAborted();
}
