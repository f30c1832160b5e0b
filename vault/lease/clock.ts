/** A moment on one machine: both of its clocks, compared with later moments of the same machine only. */
export interface Stamp {
  /** Milliseconds; never steps. Stands still while the machine is suspended. */
  readonly mono: number;
  /** Milliseconds; may step. Moves on while the machine is suspended. */
  readonly wall: number;
}

/** Time as a keeper sees it. */
export interface Clock {
  now(): Stamp;
  /** Calls back once after `milliseconds` of monotonic time or later. @returns cancels it. */
  after(milliseconds: number, call: () => void): () => void;
}

/** This machine's clocks. */
export const systemClock: Clock = {
  now: () => ({ mono: performance.now(), wall: Date.now() }),
  after: (milliseconds, call) => {
    const timer = setTimeout(call, milliseconds);
    return () => clearTimeout(timer);
  },
};

/**
 * Time that a holder must count as gone, in milliseconds: the greater of both clocks.
 *
 * The monotonic clock misses a suspension, the wall clock doesn't. A wall clock that steps forward only makes
 * a holder give up early; one that steps back changes nothing.
 */
export function elapsed(since: Stamp, now: Stamp): number {
  return Math.max(now.mono - since.mono, now.wall - since.wall);
}
