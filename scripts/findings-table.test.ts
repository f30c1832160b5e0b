import { stripVTControlCharacters } from "node:util";

import fc from "fast-check";
import { expect, test } from "vitest";

import type { Finding } from "../plan/proofs/index.js";
import { findingsTable, wrapped } from "./findings-table.js";

const broken: Finding = {
  rule: "rpo/region",
  severity: "error",
  at: "datasets.messages.backups",
  disaster: "region",
  message: "when aws/us-east-1 is lost, at most 2h of messages is lost; the objective is 5m",
  arithmetic: "best copy is wal at west: 2h until it is stored = 2h",
  fix: { sentence: "store wal within 5m" },
};
const held: Finding = {
  ...{ rule: "coverage/stores", severity: "info", at: "datasets" },
  ...{ message: "2 stores are declared", arithmetic: "none is rebuilt" },
};

test("rule, disaster and place stand on the left; message, arithmetic and fix beside them", () => {
  expect(findingsTable([broken, held], { width: 80, colour: false })).toBe(
    [
      "✖ rpo/region (region)             when aws/us-east-1 is lost, at most 2h of",
      "datasets.messages.backups         messages is lost; the objective is 5m",
      "                                  because best copy is wal at west: 2h until it",
      "                                  is stored = 2h",
      "                                  fix: store wal within 5m",
      "",
      "✔ coverage/stores                 2 stores are declared",
      "datasets                          because none is rebuilt",
    ].join("\n"),
  );
});

test("what is waived has a sign and a colour of its own, not those of a promise that holds", () => {
  const waived: Finding = { ...held, waived: { until: "2027-01-31", by: "ada" } };

  expect(findingsTable([waived], { width: 80, colour: false })).toMatch(/^~ coverage\/stores /);
  expect(findingsTable([waived], { width: 80, colour: true })).toContain("\u001b[35m~ coverage/stores");
});

test("on a narrow terminal one stands above the other", () => {
  expect(findingsTable([held], { width: 40, colour: false })).toBe(
    ["✔ coverage/stores", "datasets", "  2 stores are declared", "  because none is rebuilt"].join("\n"),
  );
});

test("colours change no place of any letter", () => {
  const plain = findingsTable([broken, held], { width: 90, colour: false });
  const painted = findingsTable([broken, held], { width: 90, colour: true });

  expect(painted).toContain("\u001b[31m✖ rpo/region (region)");
  expect(painted).toContain("\u001b[32m✔ coverage/stores");
  expect(plain).not.toContain("\u001b");
  expect(stripVTControlCharacters(painted)).toBe(plain);
});

const word = fc.stringMatching(/^[a-z0-9.[\]"]{1,60}$/);
const text = fc.array(word, { minLength: 1, maxLength: 30 }).map((words) => words.join(" "));
const findings = fc.array(
  fc.record({
    rule: fc.constantFrom("rpo/operator-error", "copies/3-2-1-1-0"),
    severity: fc.constantFrom("error", "warning", "info"),
    at: text,
    message: text,
    arithmetic: text,
    fix: fc.record({ sentence: text }),
  }),
  { maxLength: 4 },
);

test("no line is wider than the terminal, and no letter is lost, whatever is found", () => {
  const letters = (shown: string) => [...shown.replaceAll(/\s/g, "")].sort().join("");
  fc.assert(
    fc.property(findings, fc.integer({ min: 20, max: 200 }), (found, width) => {
      const shown = findingsTable(found as Finding[], { width, colour: false });

      for (const line of shown.split("\n")) expect(line.length).toBeLessThanOrEqual(width);
      const signs = { error: "✖", warning: "!", info: "✔" };
      const all = found.map(
        ({ rule, severity, at, message, arithmetic, fix }) =>
          `${signs[severity as keyof typeof signs]}${rule}${at}${message}because${arithmetic}fix:${fix.sentence}`,
      );
      expect(letters(shown)).toBe(letters(all.join("")));
    }),
  );
});

test("words are broken only where one is longer than the line", () => {
  expect(wrapped("one three datasets.messages x", 9)).toEqual(["one three", "datasets.", "messages", "x"]);
  expect(wrapped("  ", 9)).toEqual([]);
});
