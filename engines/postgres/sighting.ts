import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";

import type { LeaseStore, Sighting } from "../../vault/lease/index.js";
import { folders } from "./folders.js";
import { writePrivate } from "./private-file.js";

const file = `${folders.run}/sighting.json`;

/** As it lies in the run folder: the Pod's containers share one machine, and so its monotonic clock. */
const schema = z.object({
  etag: z.string(),
  /** When this very ETag was first received: nanoseconds of CLOCK_MONOTONIC as text, and the wall clock. */
  monotonic: z.string().regex(/^\d+$/),
  wall: z.number(),
});

/** Longest one look may take, and how often is looked, milliseconds. */
const patience = 2_000;
const lookEvery = 3_000;

/**
 * Watches the lease while something else takes its time, so that the wait for it runs meanwhile.
 * What the witness does not answer is simply not seen.
 */
export async function watchLease(store: LeaseStore, signal: AbortSignal): Promise<void> {
  let known: string | undefined;
  while (!signal.aborted) {
    const found = await store
      .get(AbortSignal.any([signal, AbortSignal.timeout(patience)]))
      .catch(() => undefined);
    if (found?.kind === "present" && found.etag !== known) {
      known = found.etag;
      const seen = { etag: found.etag, monotonic: String(process.hrtime.bigint()), wall: Date.now() };
      await writePrivate(file, JSON.stringify(seen));
    }
    await sleep(lookEvery, undefined, { signal }).catch(() => undefined);
  }
}

/** What an earlier container of this Pod saw, on this process's clocks; undefined when it saw nothing. */
export async function earlierSighting(): Promise<Pick<Sighting, "etag" | "since"> | undefined> {
  const text = await readFile(file, "utf8").catch(() => undefined);
  const parsed = text === undefined ? undefined : schema.safeParse(JSON.parse(text));
  if (!parsed?.success) return undefined;
  const { etag, monotonic, wall } = parsed.data;
  const age = Number(process.hrtime.bigint() - BigInt(monotonic)) / 1e6;
  // A clock that started over says nothing about before.
  return age < 0 ? undefined : { etag, since: { mono: performance.now() - age, wall } };
}
