import { expect, test } from "vitest";

import { controlNames, controlOf } from "./index.js";

test("a control of another scenario is refused with the scenario it belongs to", () => {
  expect(() => controlOf("keeper-disabled", "region-loss")).toThrow(
    'control "keeper-disabled" belongs to scenario "partition", got "region-loss"',
  );
});

test("without a control nothing is broken", () => {
  expect(controlOf(undefined, "partition")).toEqual({ scenario: "partition" });
});

test("every control breaks something", () => {
  for (const name of controlNames) {
    const scenario = name === "keeper-disabled" ? "partition" : "region-loss";
    expect(Object.keys(controlOf(name, scenario)).length).toBeGreaterThan(1);
  }
});
