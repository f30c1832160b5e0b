import { expect, test } from "vitest";

import { type Disaster, disasters, type KeptDataset, type Plan } from "../../schema/index.js";
import { rpo, rpoBound, rpoObjective } from "./index.js";
import { asOf, datasetOf, dump, type Given, planWith } from "./testing/plans.js";

const boundOf = (given: Given, disaster: Disaster) => {
  const plan = planWith(given);
  return rpoBound(plan, datasetOf(plan), disaster, asOf);
};

const everywhere = dump({ direct: ["virginia", "oregon", "apart", "foreign", "house", "shelf"] });

test.each<[string, Disaster, string[]]>([
  ["virginia", "operator-error", ["virginia", "oregon", "apart", "foreign", "house", "shelf"]],
  ["virginia", "database", ["virginia", "oregon", "apart", "foreign", "house", "shelf"]],
  ["virginia", "region", ["oregon", "apart", "foreign", "house", "shelf"]],
  ["virginia", "account", ["apart", "foreign", "house", "shelf"]],
  ["virginia", "provider", ["foreign", "house", "shelf"]],
  ["house", "database", ["virginia", "oregon", "apart", "foreign", "shelf"]],
  ["house", "region", ["virginia", "oregon", "apart", "foreign"]],
])("of data at %s, after the loss of %s, copies are left at %s", (at, disaster, expected) => {
  const { copies } = boundOf({ at, backups: [everywhere] }, disaster);

  expect(copies.map(({ site }) => site).toSorted()).toEqual(expected.toSorted());
});

test("a disaster of its own in rpoBy, a class of data, a loss that is accepted", () => {
  const plan = planWith({ backups: [everywhere] });
  const objectives: Plan["objectives"] = {
    ...{ rpo: "1h", rto: {}, rpoBy: { account: "1d", provider: { accepted: "too dear" } } },
    classes: { critical: { rpo: "5m", rpoBy: {} } },
  };
  const changed = { ...plan, objectives };
  const of = (disaster: Disaster, more: object = {}) =>
    rpoObjective(changed, { ...datasetOf(plan), ...more } as KeptDataset, disaster);

  expect(of("region")).toBe("1h");
  expect(of("account")).toBe("1d");
  expect(of("account", { class: "critical" })).toBe("5m");
  expect(of("provider")).toEqual({ accepted: "too dear" });
  expect(rpo(changed, asOf).find(({ disaster }) => disaster === "provider")).toMatchObject({
    severity: "info",
    message: expect.stringContaining("which is accepted: too dear"),
  });
});

test("every dataset has a finding for each disaster, with its sum and what would mend it", () => {
  const plan = planWith({ backups: [dump({ direct: ["virginia"] })] });
  const found = rpo(plan, asOf);
  const [mistake, , region] = found;

  expect(found.map(({ rule }) => rule)).toEqual(disasters.map((disaster) => `rpo/${disaster}`));
  expect(mistake?.arithmetic).toBe(
    'best copy is logical at "virginia": 1d longest between starts (after 2025-11-27T02:00Z) + 1d one missed run + 5m late start + 30m deadline + 1m upload of 5.9GiB at 100MiB a second = 2d 36m',
  );
  expect(region).toMatchObject({
    ...{ severity: "error", at: "datasets.data.backups", disaster: "region", arithmetic: "no copy survives" },
    message: 'when aws/us-east-1 is lost, any amount of "data" can be lost; the objective is 1h',
  });
  expect(region?.fix?.patch?.length).toBeGreaterThan(0);
});
