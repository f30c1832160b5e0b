import { randomInt } from "node:crypto";
import { seeded } from "../../plan/proofs/simulation/testing/random.js";

/** A variable's number, by which the same is chosen again, or a new one; printed, for whoever has to. */
export function seedOf(variable: string): number {
  const seed = Number(process.env[variable] ?? randomInt(2 ** 31));
  process.stdout.write(`${variable}=${seed}\n`);
  return seed;
}

/** Numbers from 0 up to but not including 1: the same seed gives the same ones. */
export const chanceFrom = (seed: number): (() => number) => seeded(seed).next;
