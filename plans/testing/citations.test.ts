import { expect, test } from "vitest";

import { citedIn, withFiguresMarked } from "./citations.js";

const text = [
  'logical({ schedule: cron("0 2 * * *"), keep: "30d" }), // Backup Strategy: daily',
  "keep: { daily: 7, weekly: 4 }, // Retention",
  'size: "5GiB", // ours',
  "copy({",
  '  schedule: every("20m"),',
  "}), // Frequency",
  'within: "1h",',
].join("\n");

test("every figure is found with what is said of it: on its line, or where the literal that it stands in ends", () => {
  expect(citedIn(text)).toEqual([
    { line: 1, says: "Backup Strategy: daily" },
    { line: 2, says: "Retention" },
    { line: 3, says: "ours" },
    { line: 5, says: "Frequency" },
    { line: 7, says: undefined },
  ]);
});

test("marks stand in the place of figures of which something is said, and of nothing else", () => {
  expect(withFiguresMarked(text, (says) => `<${says}>`).split("\n")).toEqual([
    "logical({ schedule: cron(<Backup Strategy: daily>), keep: <Backup Strategy: daily> }), // Backup Strategy: daily",
    "keep: { daily: <Retention>, weekly: <Retention> }, // Retention",
    "size: <ours>, // ours",
    "copy({",
    "  schedule: every(<Frequency>),",
    "}), // Frequency",
    'within: "1h",',
  ]);
});
