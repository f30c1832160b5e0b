import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { loss, recovery, survey } from "./measure.js";
import { ledgerOf, present } from "./testing/ledgers.js";

// Written every second; the primary is lost at 4.5 s, the standby writes from 9 s on.
const failover = ledgerOf([
  [1, "committed", 1000],
  [2, "committed", 2000],
  [3, "committed", 3000],
  [4, "committed", 4000],
  [5, "unknown", 4400],
  [6, "failed", 6000],
  [7, "committed", 9000, "new"],
]);
const cut = 4500;

describe("RPO is what the customer was told committed and can't find", () => {
  test("counts lost rows and the time between the newest surviving and the newest lost commit", () => {
    const found = survey(failover, present(1, 2, 7), cut);

    expect(found.lost.map(({ number }) => number)).toEqual([3, 4]);
    expect(loss(failover, found, cut)).toEqual({ rows: 4, operations: 2, seconds: 2 });
    expect(found).toMatchObject({ holes: [], phantoms: [], strangers: [], unknownKept: [] });
  });

  test("is zero when everything is there, whichever way an unknown outcome went", () => {
    for (const numbers of [
      [1, 2, 3, 4, 7],
      [1, 2, 3, 4, 5, 7],
    ]) {
      const found = survey(failover, present(...numbers), cut);
      expect(loss(failover, found, cut)).toEqual({ rows: 0, operations: 0, seconds: 0 });
      expect(found.unknownKept).toHaveLength(numbers.length - 5);
    }
  });

  test("counts from the ledger's start when nothing survived", () => {
    expect(loss(failover, survey(failover, present(7), cut), cut)).toEqual({
      rows: 8,
      operations: 4,
      seconds: 4.01,
    });
  });
});

describe("a restored database holds a prefix of what was committed", () => {
  test("a gap before the restored moment is a hole", () => {
    expect(survey(failover, present(1, 3, 7), cut).holes.map(({ number }) => number)).toEqual([2]);
  });

  test("a loss after the cut is a hole, wherever it is", () => {
    expect(survey(failover, present(1, 2, 3, 4), cut).holes.map(({ number }) => number)).toEqual([7]);
  });

  test("an operation that was refused, or that nobody sent, must not be there", () => {
    const found = survey(failover, present(1, 2, 3, 4, 6, 7, 8), cut);
    expect(found.phantoms.map(({ number }) => number)).toEqual([6]);
    expect(found.strangers).toEqual(present(8));
  });

  test("for any prefix kept: no hole, and lost and kept commits make up all commits", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("committed" as const, "failed" as const, "unknown" as const), {
          maxLength: 40,
        }),
        fc.nat(40),
        (outcomes, upTo) => {
          const ledger = ledgerOf(outcomes.map((outcome, at) => [at + 1, outcome, (at + 1) * 100] as const));
          const kept = ledger.attempts.filter(
            ({ number, outcome }) => number <= upTo && outcome !== "failed",
          );
          const found = survey(ledger, kept, Number.POSITIVE_INFINITY);
          const committed = ledger.attempts.filter(({ outcome }) => outcome === "committed");

          expect(found.holes).toEqual([]);
          expect(found.lost.length + kept.filter(({ outcome }) => outcome === "committed").length).toBe(
            committed.length,
          );
          expect(loss(ledger, found, 1e9).seconds > 0).toBe(found.lost.length > 0);
        },
      ),
    );
  });
});

describe("RTO is kill to first successful write", () => {
  test("counts to the answer of the first write sent after the kill", () => {
    expect(recovery(failover, cut)).toBe(4.51);
  });

  test("does not count answers of an old site that is still up", () => {
    expect(recovery(failover, 3500, ["old"])).toBe(5.51);
    expect(recovery(failover, 3500)).toBe(0.51);
  });

  test("is undefined when no write succeeded", () => {
    expect(recovery(failover, 10_000)).toBeUndefined();
  });
});
