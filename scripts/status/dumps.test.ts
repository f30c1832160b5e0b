import { expect, test } from "vitest";

import type { FoundCopy } from "../../engines/sealed/points.js";
import desk from "../../plans/support-desk.js";
import { dumpStatus } from "./dumps.js";

const now = new Date("2026-05-02T00:00:00Z");
const point = (at: string, more: object = {}) => ({ at, point: { label: at }, ...more });
const copy = (...points: object[]) =>
  ({
    copy: { dataset: "tickets", site: "office" },
    kind: "logical",
    points,
    dropped: [],
    faults: [],
  }) as unknown as FoundCopy & {
    kind: string;
  };

test.each([
  ["a good one within the day", copy(point("2026-05-01T12:00:00Z")), true],
  ["a good one that is older", copy(point("2026-04-30T12:00:00Z")), false],
  [
    "a newer one that cannot be restored",
    copy(point("2026-04-30T12:00:00Z"), point("2026-05-01T12:00:00Z", { problem: "gone" })),
    false,
  ],
  [
    "a newer one that was made before a restore",
    copy(point("2026-04-30T12:00:00Z"), point("2026-05-01T12:00:00Z", { point: { before: "another" } })),
    false,
  ],
  ["none", copy(), false],
])("%s: the objective of 24 hours is kept or not", (_, found, met) => {
  expect(dumpStatus(desk, found, new Set(), now).met).toBe(met);
});

test("what is wrong with the newest is said, beside the good one that stands in for it", () => {
  const bad = point("2026-05-01T12:00:00Z", { problem: "gone" });
  const said = dumpStatus(desk, copy(point("2026-04-30T12:00:00Z"), bad), new Set(), now);

  expect(said.newest?.label).toBe("2026-04-30T12:00:00Z");
  expect(said.problem).toBe("2026-05-01T12:00:00Z: gone");
});

test("where log is kept, no dump has to keep the objective", () => {
  expect(dumpStatus(desk, copy(), new Set(["tickets"]), now)).not.toHaveProperty("met");
});
