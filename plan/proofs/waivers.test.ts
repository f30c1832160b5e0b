import { expect, test } from "vitest";

import chat from "../../plans/kubernetes-chat.js";
import { type Plan, parsePlan } from "../index.js";
import type { Finding } from "./finding.js";
import { withWaivers } from "./waivers.js";

const asOf = new Date("2026-03-01T12:00:00Z");
const broken: Finding = {
  ...{ rule: "rpo/region", severity: "error", at: "datasets.messages.backups[1].keep" },
  ...{ message: "too much is lost", arithmetic: "2 > 1", fix: { sentence: "lose less" } },
};

function waiving(...waivers: { rule: string; at?: string; until: string }[]): Plan {
  const by = { by: "ana", reason: "until the second site is built" };
  const people = { ...chat.people, ana: { title: "Operations", reach: "pager" } };
  return parsePlan({ ...chat, people, waivers: waivers.map((each) => ({ ...each, ...by })) });
}
const judged = (plan: Plan, findings: Finding[] = [broken]) =>
  withWaivers(plan, findings, asOf).map(({ rule, severity, at }) => [rule, severity, at]);

test("a waived error is an info that says until when, by whom and why, and asks for no fix", () => {
  const [finding] = withWaivers(waiving({ rule: "rpo/region", until: "2026-03-01" }), [broken], asOf);

  expect(finding).toMatchObject({
    severity: "info",
    waived: { until: "2026-03-01", by: "ana" },
    message: "waived until 2026-03-01 by ana (until the second site is built): too much is lost",
  });
  expect(finding).not.toHaveProperty("fix");
});

test.each([
  ["the place itself", "datasets.messages.backups[1].keep"],
  ["a place around it", "datasets.messages.backups[1]"],
  ["the dataset", "datasets.messages"],
])("a waiver of %s covers the finding", (_what, at) => {
  expect(judged(waiving({ rule: "rpo/region", at, until: "2026-04-01" }))).toEqual([
    ["rpo/region", "info", broken.at],
  ]);
});

test.each([
  ["another rule", { rule: "rpo/account", until: "2026-04-01" }],
  ["a place whose name only starts alike", { rule: "rpo/region", at: "datasets.mess", until: "2026-04-01" }],
])("a waiver of %s waives nothing, and is found", (_what, waiver) => {
  expect(judged(waiving(waiver))).toEqual([
    ["rpo/region", "error", broken.at],
    ["waiver/unused", "warning", "waivers[0]"],
  ]);
});

test("an expired waiver is an error, and so is what it waived", () => {
  expect(judged(waiving({ rule: "rpo/region", until: "2026-02-28" }))).toEqual([
    ["rpo/region", "error", broken.at],
    ["waiver/expired", "error", "waivers[0].until"],
  ]);
});

test.each([
  ["a year", "2027-03-01", []],
  ["a leap year", "2027-03-02", []],
  ["more than a year", "2027-03-03", [["waiver/long", "warning", "waivers[0].until"]]],
  ["ever", "9999-12-31", [["waiver/long", "warning", "waivers[0].until"]]],
])("a waiver for %s is a warning where nobody looks again within a year", (_what, until, found) => {
  expect(judged(waiving({ rule: "rpo/region", until }))).toEqual([
    ["rpo/region", "info", broken.at],
    ...found,
  ]);
});

test("a waiver for ever cannot be waived itself", () => {
  const waivers = waiving(
    { rule: "rpo/region", until: "9999-12-31" },
    { rule: "waiver/long", until: "2026-04-01" },
  );

  expect(judged(waivers)).toContainEqual(["waiver/long", "warning", "waivers[0].until"]);
});

test("a promise that holds is not waived", () => {
  const holds: Finding = { ...broken, severity: "info" };
  expect(withWaivers(waiving({ rule: "rpo/region", until: "2026-04-01" }), [holds], asOf)[0]).toEqual(holds);
  expect(judged(waiving({ rule: "rpo/region", until: "2026-04-01" }), [holds])[0]).toEqual([
    "rpo/region",
    "info",
    broken.at,
  ]);
});
