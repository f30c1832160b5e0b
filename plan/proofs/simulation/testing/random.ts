/** Numbers that look random and are the same for the same seed. */
export interface Random {
  /** From 0 up to but not including 1. */
  next(): number;
  /** A whole number from `least` to `most`. */
  whole(least: number, most: number): number;
  /** True so many times out of one. */
  chance(of: number): boolean;
  pick<T>(from: readonly T[]): T;
}

/** Mulberry32: small, quick, good enough to draw plans and faults by. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const whole = (least: number, most: number) => least + Math.floor(next() * (most - least + 1));
  return {
    ...{ next, whole },
    chance: (of) => next() < of,
    pick: (from) => {
      const found = from[whole(0, from.length - 1)];
      if (found === undefined) throw new RangeError("nothing to pick from");
      return found;
    },
  };
}

/** A number from 0 up to but not including 1 that some others stand for: the same for the same, wherever it is asked. */
export function drawn(...from: readonly number[]): number {
  let mixed = 0x9e3779b9;
  for (const one of from) {
    // Moments are seconds since 1970 with fractions, more than 32 bits hold.
    mixed = Math.imul(mixed ^ Math.floor(one), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13) ^ Math.floor((one % 1) * 2 ** 31), 0xc2b2ae35);
    mixed ^= mixed >>> 16;
  }
  return (mixed >>> 0) / 2 ** 32;
}
