import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const rows = readFileSync("docs/faults.md", "utf8")
  .split("\n")
  .flatMap((line) => {
    const [, number = "", , , covered = ""] = line.split("|").map((cell) => cell.trim());
    return /^\d+$/.test(number) ? [{ number: Number(number), covered }] : [];
  });

test("every fault has one row, in order", () => {
  expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: 48 }, (_, index) => index + 1));
});

test("a fault is covered by tests that are there and say its number, or is said to come later", () => {
  for (const { number, covered } of rows) {
    const files = [...covered.matchAll(/`([^`]+\.test\.ts)`/g)].map(([, file = ""]) => file);
    if (files.length === 0) expect(covered, `fault ${number}`).toMatch(/^later/);
    for (const file of files) {
      expect(existsSync(file), `fault ${number}: ${file}`).toBe(true);
      expect(numbersIn(readFileSync(file, "utf8")), `fault ${number}: ${file}`).toContain(number);
    }
  }
});

/** Numbers that tests of a file name: `fault 7`, `faults 2, 11 and 12`. */
function numbersIn(text: string): number[] {
  const lists = [...text.matchAll(/["'`]faults? ((?:\d+(?:, | and )?)+)/g)].map(([, list = ""]) => list);
  return lists.flatMap((list) => [...list.matchAll(/\d+/g)].map(([number]) => Number(number)));
}
