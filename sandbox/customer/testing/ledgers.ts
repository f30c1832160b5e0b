import type { Attempt, Ledger } from "../ledger.js";

/** An attempt as tests write it: `[number, outcome, sent, address]`, answered ten milliseconds later. */
export type Line = readonly [number, Attempt["outcome"], number, string?];

/** A ledger of one lane whose clocks both start at 0. */
export function ledgerOf(lines: readonly Line[], name = "customer"): Ledger {
  return {
    name,
    population: { seed: "s", rows: 0, lanes: 1 },
    started: { wall: 0, mono: 0 },
    attempts: lines.map(([number, outcome, sent, address = "old"]) => ({
      lane: 0,
      number,
      at: new Date(sent).toISOString(),
      address,
      sent: { wall: sent, mono: sent },
      outcome,
      answered: { wall: sent + 10, mono: sent + 10 },
      ...(outcome === "committed" ? { affected: 2 } : {}),
    })),
  };
}

/** Numbers that a database has. */
export function present(...numbers: readonly number[]) {
  return numbers.map((number) => ({ lane: 0, number }));
}
