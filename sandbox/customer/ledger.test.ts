import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "vitest";

import { type LedgerEntry, LedgerWriter, parseLedger, readLedger } from "./ledger.js";

const at = "2026-01-01T00:00:00.000Z";
const start: LedgerEntry = { type: "start", name: "c", seed: "s", rows: 5, lanes: 2, wall: 1, mono: 1 };
const sent = (number: number): LedgerEntry => ({
  type: "sent",
  lane: 0,
  number,
  at,
  address: "10.0.0.1",
  wall: 2,
  mono: 2,
});
const committed = (number: number): LedgerEntry => ({
  type: "committed",
  lane: 0,
  number,
  affected: 1,
  wall: 3,
  mono: 3,
});
const text = (...lines: readonly LedgerEntry[]) => lines.map((line) => `${JSON.stringify(line)}\n`).join("");

test("what was written is read", () => {
  const directory = mkdtempSync(join(tmpdir(), "secondsite-ledger-"));
  try {
    const writer = new LedgerWriter(join(directory, "ledger"));
    for (const line of [start, sent(1), committed(1)]) writer.append(line);
    writer.close();
    expect(readLedger(join(directory, "ledger"))).toMatchObject({
      name: "c",
      population: { seed: "s", rows: 5, lanes: 2 },
      attempts: [{ number: 1, at, outcome: "committed", address: "10.0.0.1", answered: { mono: 3 } }],
    });
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test("an operation without a recorded answer is unknown, and a cut-off last line is no error", () => {
  const { attempts } = parseLedger(`${text(start, sent(1), committed(1), sent(2))}{"type":"comm`);

  expect(attempts.map(({ outcome }) => outcome)).toEqual(["committed", "unknown"]);
});

test.each([
  ["garbage in the middle", `${text(start)}nonsense\n${text(sent(1))}`, "line 2 is no entry"],
  ["an answer to nothing", text(start, committed(7)), "line 2: committed of operation 0/7 does not follow"],
  ["a number used twice", text(start, sent(1), sent(1)), "line 3: sent of operation 0/1 does not follow"],
  ["no start", text(sent(1)), 'the first line must be of type "start"'],
  ["an empty file", "", 'the first line must be of type "start"'],
])("%s is refused", (_, ledger, message) => {
  expect(() => parseLedger(ledger, "x")).toThrow(message);
});
