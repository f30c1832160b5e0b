import { drawn } from "./random.js";

/** Moments at which something happens, without end in both directions or as few as there are. Seconds since 1970. */
export interface Moments {
  /** The first after a moment; `Infinity` where there is none. */
  after(at: number): number;
  /** The last up to a moment; `-Infinity` where there is none. */
  upTo(at: number): number;
}

/** One in each so many seconds, at some time of it. */
export function steady(seed: number, every: number): Moments {
  const inStretch = (stretch: number) => (stretch + drawn(seed, stretch)) * every;
  return {
    after: (at) => {
      const stretch = Math.floor(at / every);
      const here = inStretch(stretch);
      return here > at ? here : inStretch(stretch + 1);
    },
    upTo: (at) => {
      const stretch = Math.floor(at / every);
      const here = inStretch(stretch);
      return here <= at ? here : inStretch(stretch - 1);
    },
  };
}

/** These, in ascending order. */
export function listed(moments: readonly number[]): Moments {
  const place = (at: number) => {
    let [low, high] = [0, moments.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((moments[middle] ?? 0) <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return {
    after: (at) => moments[place(at)] ?? Number.POSITIVE_INFINITY,
    upTo: (at) => moments[place(at) - 1] ?? Number.NEGATIVE_INFINITY,
  };
}

/** Those of both. */
export const both = (one: Moments, other: Moments): Moments => ({
  after: (at) => Math.min(one.after(at), other.after(at)),
  upTo: (at) => Math.max(one.upTo(at), other.upTo(at)),
});
