import { randomInt } from "node:crypto";

/** A variable's number, by which the same is chosen again, or a new one; printed, for whoever has to. */
export function seedOf(variable: string): number {
  const seed = Number(process.env[variable] ?? randomInt(2 ** 31));
  process.stdout.write(`${variable}=${seed}\n`);
  return seed;
}

/** A number from 0 to 1 (mulberry32): the same seed gives the same ones. */
export function chanceFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
