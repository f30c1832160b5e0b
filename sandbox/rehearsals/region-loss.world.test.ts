import { beforeAll, describe, expect, test } from "vitest";

import { placesOf } from "../address.js";
import { defaultWorld, leftovers } from "../world/index.js";
import { loadedRows } from "./good-day.js";
import { type Rehearsal, rehearsed, testWorld } from "./testing/rehearsal.js";

describe("a region is lost and recovered on one machine", () => {
  let rehearsal: Rehearsal;

  beforeAll(async () => {
    rehearsal = await rehearsed("--scenario", "region-loss", "--seed", "2");
  }, 1_200_000);

  test("the command exits 0 and its report says met", () => {
    expect(rehearsal.evidence.reasons).toEqual([]);
    expect(rehearsal.exitCode).toBe(0);
    expect(rehearsal.report).toMatchObject({
      plan: "chat",
      scenario: "region-loss",
      seed: 2,
      verdict: "met",
    });
  });

  test("RTO is within a minute of the floor, RPO within 90 seconds", () => {
    const { measured, floorSeconds } = rehearsal.report;

    expect(floorSeconds).toBe(155);
    // Nobody can be faster than lease and check, whatever the resolver had cached.
    expect(measured.rtoSeconds).toBeGreaterThan(65 + 20);
    expect(measured.rtoSeconds).toBeLessThanOrEqual(floorSeconds + 60);
    expect(measured.rpoSeconds).toBeLessThanOrEqual(90);
  });

  test("every table of more than a million rows is what the customer's ledger says", () => {
    const { tables } = rehearsal.report.verification;
    const rows = Object.fromEntries(tables.map((table) => [table.name, table.rows]));

    expect(tables.map(({ matches }) => matches)).toEqual([true, true, true, true, true]);
    // The customer deletes some of what was loaded.
    expect(rows.messages).toBeGreaterThan(loadedRows * 0.99);
    expect(rows.operations).toBeGreaterThan(100);
    expect(rehearsal.report.measured.rowsCommitted).toBeGreaterThan(100);
  });

  test("no connection went to the lost region, no call to a forbidden API", () => {
    expect(rehearsal.evidence.recorded.offences).toEqual([]);
    expect(rehearsal.evidence.recorded.connections).toBeGreaterThan(50);
    expect(rehearsal.evidence.recorded.calls).toBeGreaterThan(50);
  });

  test("the page shows where the time went", () => {
    for (const phase of ["Detection", "Lease waited for", "Check turned healthy"])
      expect(rehearsal.page).toContain(phase);
  });

  test("nothing is left behind", async () => {
    expect(await leftovers(testWorld.name, placesOf({ ...defaultWorld, ...testWorld }))).toEqual([]);
  });
});
