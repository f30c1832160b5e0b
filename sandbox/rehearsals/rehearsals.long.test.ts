import { describe, expect, test } from "vitest";

import { rehearsed } from "./testing/rehearsal.js";

describe("RTO within a minute of the floor and RPO within 90 s, whatever the moment", () => {
  test.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])("seed %i", async (seed) => {
    const { exitCode, report, evidence } = await rehearsed(
      "--scenario",
      "region-loss",
      "--seed",
      String(seed),
    );
    process.stdout.write(
      `seed ${seed}: RTO ${report.measured.rtoSeconds} s, RPO ${report.measured.rpoSeconds} s\n`,
    );

    expect(evidence.reasons).toEqual([]);
    expect(exitCode).toBe(0);
    expect(report.measured.rtoSeconds).toBeLessThanOrEqual(report.floorSeconds + 60);
    expect(report.measured.rpoSeconds).toBeLessThanOrEqual(90);
  });
});

test("partition: no write is acknowledged after the new epoch began, and the old primary stays fenced", async () => {
  const { exitCode, evidence } = await rehearsed("--scenario", "partition", "--seed", "4");

  expect(evidence.reasons).toEqual([]);
  expect(evidence.twoWriters?.from).toBeGreaterThan(0);
  expect(evidence.twoWriters?.violations).toEqual([]);
  expect(exitCode).toBe(0);
});

describe("controls fail as they should", () => {
  test.each([
    ["region-loss", "archiving-off", /^RPO of \d+\.\d s is beyond 300 s$/],
    ["region-loss", "byte-changed", /^table "messages" differs from what the ledger says$/],
    ["region-loss", "repository-damaged", /the standby's check is unhealthy, DNS answers virginia$/],
    ["region-loss", "statefulset-removed", /the standby's check is unhealthy, DNS answers virginia$/],
    ["partition", "keeper-disabled", /writes were acknowledged by the old primary after the new epoch began/],
  ])("%s with %s", async (scenario, control, reason) => {
    const { exitCode, report, evidence } = await rehearsed("--scenario", scenario, "--control", control);

    expect(exitCode).toBe(1);
    expect(report.verdict).toBe("missed");
    expect(evidence.reasons).toContainEqual(expect.stringMatching(reason));
  });
});
