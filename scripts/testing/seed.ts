import { randomInt } from "node:crypto";

/** A variable's number, by which the same is chosen again, or a new one; printed, for whoever has to. */
export function seedOf(variable: string): number {
  const seed = Number(process.env[variable] ?? randomInt(2 ** 31));
  process.stdout.write(`${variable}=${seed}\n`);
  return seed;
}
