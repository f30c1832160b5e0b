import { setTimeout as sleep } from "node:timers/promises";

import { WorldError } from "../errors.js";

/** How long something is waited for. */
export interface Patience {
  /** What is waited for, as the error says it: `the primary to be healthy`. */
  readonly what: string;
  /** Seconds. */
  readonly within: number;
  readonly signal: AbortSignal;
  /** Seconds between two looks. @default 0.5 */
  readonly every?: number;
  /** Why it is not so yet, for the error. */
  readonly why?: () => string | undefined;
}

/**
 * Looks until there is an answer other than undefined.
 *
 * @throws WorldError when it takes too long.
 */
export async function until<T>(look: () => Promise<T | undefined>, patience: Patience): Promise<T> {
  const { what, within, signal, every = 0.5, why } = patience;
  const end = performance.now() + within * 1000;
  while (true) {
    signal.throwIfAborted();
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > end) {
      const reason = why?.();
      throw new WorldError(`waited ${within} s for ${what}${reason ? `: ${reason}` : ""}`);
    }
    await sleep(every * 1000, undefined, { signal });
  }
}
