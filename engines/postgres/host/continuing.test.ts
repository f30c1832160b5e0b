import { expect, test } from "vitest";

import { refuseOtherLog } from "./continuing.js";

const segment = (timeline: number, number: number) =>
  `${String(timeline).padStart(8, "0")}00000000000000${String(number).padStart(2, "0")}`;
const refused = (stored: string[], present: string) => () => refuseOtherLog(3, stored, present);

test("a server goes on where the epoch's log ends, or nothing was archived into it yet", () => {
  expect(refused([], segment(1, 1))).not.toThrow();
  expect(refused([segment(1, 4)], segment(1, 5))).not.toThrow();
  // At the very end of a segment its name is that of the one that was stored.
  expect(refused([segment(1, 4)], segment(1, 4))).not.toThrow();
  expect(refused([segment(1, 9), segment(2, 9)], segment(2, 12))).not.toThrow();
});

test.each([
  [
    "restored or promoted",
    [segment(1, 4)],
    segment(2, 4),
    "on timeline 2, and what is stored ends on timeline 1",
  ],
  ["overtaken on its own timeline", [segment(1, 9)], segment(1, 8), "another server archived since"],
  [
    "left behind on an older timeline",
    [segment(1, 4), segment(2, 4)],
    segment(1, 5),
    "another server archived since",
  ],
])("fault 5: a server that was %s is refused", (_, stored, present, said) => {
  expect(refused(stored, present)).toThrow(said);
  expect(refused(stored, present)).toThrow("does not continue that of epoch 3");
});
