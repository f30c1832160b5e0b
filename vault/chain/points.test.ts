import fc from "fast-check";
import { expect, test } from "vitest";

import type { FoundEntry } from "./chain.js";
import { isVerified, lastFault, type PointVerification, verificationsIn } from "./points.js";

const levels = ["as a later release says", "stored", "structural", "restored"];
const wrong = "a file is missing";

/** What counts after verifications of one point, in their order. */
function counting(said: readonly (readonly [level: string, good: boolean])[]): PointVerification | undefined {
  const entries = said.map(([level, good], index) => ({
    ...{ key: "", sha256: "" },
    entry: {
      ...{ entry: "verification", level, faults: good ? [] : [wrong], writtenAt: `day ${index}` },
      point: { sequence: 7, sha256: "" },
    },
  })) as unknown as FoundEntry[];
  return verificationsIn(entries).get(7);
}

test("the last verification counts", () => {
  expect(counting([])).toBeUndefined();
  expect(
    counting([
      ["structural", true],
      ["stored", true],
    ]),
  ).toMatchObject({ level: "stored", at: "day 1" });
  expect(
    counting([
      ["structural", true],
      ["stored", false],
    ])?.faults,
  ).toEqual([wrong]);
  expect(
    counting([
      ["stored", false],
      ["stored", true],
    ])?.faults,
  ).toEqual([]);
});

test("what a deeper one showed is remembered while nothing is found wrong, however often a shallower one follows", () => {
  expect(
    counting([
      ["restored", true],
      ["structural", true],
      ["stored", true],
    ]),
  ).toEqual({ level: "stored", at: "day 2", faults: [], deeper: { level: "restored", at: "day 0" } });
  expect(
    counting([
      ["restored", true],
      ["stored", false],
      ["stored", true],
    ]),
  ).toEqual({ level: "stored", at: "day 2", faults: [] });
  expect(
    counting([
      ["structural", true],
      ["restored", true],
    ]),
  ).toEqual({ level: "restored", at: "day 1", faults: [] });
});

test("C5: what a thorough one found damaged is not made good by a shallower one, but by one as thorough", () => {
  expect(
    counting([
      ["restored", false],
      ["stored", true],
    ]),
  ).toMatchObject({ level: "restored", at: "day 0" });
  expect(
    counting([
      ["structural", false],
      ["stored", true],
      ["structural", true],
    ])?.faults,
  ).toEqual([]);
  expect(
    lastFault({
      verification: counting([
        ["structural", false],
        ["stored", true],
      ]) as PointVerification,
    }),
  ).toBe(`its verification of day 0 found: ${wrong}`);
});

test("a point counts as verified exactly while nothing wrong is left that no verification as deep has cleared", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom(...levels), fc.boolean()), { minLength: 1 }), (said) => {
      const clears =
        (fault: string) =>
        ([level, good]: readonly [string, boolean]) =>
          good && levels.indexOf(level) >= levels.indexOf(fault);
      const open = said.some(([level, good], index) => !good && !said.slice(index + 1).some(clears(level)));
      const verification = counting(said);
      expect(isVerified(verification ? { verification } : {})).toBe(!open);
    }),
  );
});
