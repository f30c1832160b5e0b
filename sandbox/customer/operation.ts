import { createHash } from "node:crypto";

import type { Change } from "../app/change.js";

/** What decides every row that a customer will ever write. */
export interface Population {
  readonly seed: string;
  /** Messages loaded beforehand. */
  readonly rows: number;
  /** Lanes that write side by side, each with its own numbers and its own rows. */
  readonly lanes: number;
}

/** Messages that a lane creates have ids above these; loaded ones have smaller ids. */
const idsPerLane = 1_000_000_000_000;

/** Texts that a careless dump, copy or comparison changes. */
const hard = [
  "plain",
  "tab\there",
  "two\nlines\r\n",
  "back\\slash \\N \\.",
  "quote ' \" $$",
  "日本語 🎉 e\u0301",
  " ",
];

/**
 * The changes that a lane's operation makes: a function of its arguments alone, so the ledger needs to
 * remember numbers only.
 *
 * Lanes touch disjoint rows; the order between lanes is of no consequence.
 *
 * @param number counts from 1.
 * @param at when the operation was issued; ISO 8601, milliseconds.
 */
export function changesOf(population: Population, lane: number, number: number, at: string): Change[] {
  const dice = createHash("sha256").update(`${population.seed}/${lane}/${number}`).digest();
  const kind = dice.readUInt8(0) % 20;
  const text = `${hard[dice.readUInt8(1) % hard.length]} ${lane}/${number}`;
  const author = dice.readUInt8(2) % 5 === 0 ? null : `user-${dice.readUInt8(2)}`;
  const insert: Change = {
    kind: "insert",
    id: (lane + 1) * idsPerLane + number,
    channel: 1 + (dice.readUInt8(3) % 16),
    author: author ?? "",
    body: text,
    writtenAt: at,
  };
  const update: Change = { kind: "update", id: target(4), body: text };
  const react: Change = { kind: "react", id: target(10), emoji: kind % 2 ? "👍🏽" : "+1", author };
  if (kind < 9) return [insert];
  if (kind < 13) return [update];
  if (kind < 15) return [{ kind: "delete", id: target(16) }];
  if (kind < 17) return [react];
  return [insert, react, update, { ...react, id: insert.id }];

  /** A row of this lane: loaded, or created lately; possibly one that is gone or never was. */
  function target(offset: number): number {
    const perLane = Math.floor(population.rows / population.lanes);
    const recent = dice.readUInt8(offset) % 2 === 0;
    if (perLane === 0 || (recent && number > 1)) {
      return (lane + 1) * idsPerLane + Math.max(1, number - 1 - (dice.readUInt8(offset + 1) % 10));
    }
    return 1 + lane + (dice.readUInt32LE(offset + 2) % perLane) * population.lanes;
  }
}
