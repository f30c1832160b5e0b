import { expect, test } from "vitest";

import { type Plan, planSchema } from "../../schema/index.js";
import { patched } from "../patched.js";
import { schedules } from "./index.js";

const asOf = new Date("2026-01-01T00:00:00Z");

/** A plan with one dump by a schedule. */
function planWith(schedule: object, keep = "30d"): Plan {
  return planSchema.parse({
    ...{ name: "some", objectives: { rpo: "1h", rto: {} } },
    sites: {
      virginia: { kind: "aws-region", region: "us-east-1", account: "111111111111", role: "primary" },
    },
    datasets: {
      data: {
        ...{ kind: "postgres", at: "virginia", category: "some", database: "app", size: "1GiB" },
        backups: [
          {
            kind: "logical",
            schedule: { kind: "cron", deadline: "10m", ...schedule },
            keep,
            direct: ["virginia"],
          },
        ],
      },
    },
  });
}

const place = "datasets.data.backups[0].schedule";

test("a schedule that is one says how far apart its starts are", () => {
  expect(schedules(planWith({ cron: "0 2 * * *", timeZone: "America/New_York" }), asOf)).toEqual([
    {
      ...{ rule: "schedule/starts", severity: "info", at: place },
      message: "logical backups start at most 1d 23h apart",
      arithmetic: expect.stringContaining("longest after 2026-03-07T07:00Z, 2d 23h with one missed"),
    },
  ]);
});

test.each<[string, object, string, string, string]>([
  ["an hour there is not", { cron: "0 25 * * *" }, "schedule/readable", "error", "is no hour"],
  ["Sunday as a seventh day", { cron: "0 2 * * 7" }, "schedule/readable", "error", "write 0 for Sunday"],
  [
    "a zone there is not",
    { cron: "0 2 * * *", timeZone: "Mars/Base" },
    "schedule/readable",
    "error",
    "no time zone",
  ],
  ["a leap day", { cron: "0 2 29 2 *" }, "schedule/starts", "error", "fewer than three times in 5 years"],
  [
    "runs that replace each other before they end",
    { cron: "0 * * * *", deadline: "1h", concurrency: "Replace" },
    "schedule/replace",
    "error",
    "none need ever end",
  ],
  [
    "a run that is still going when the next is due",
    { cron: "0 * * * *", deadline: "1h" },
    "schedule/overlap",
    "warning",
    "which is then skipped",
  ],
  [
    "GitHub Actions every two minutes",
    { cron: "*/2 * * * *", runner: "github-actions", concurrency: "Allow" },
    "schedule/interval",
    "error",
    "GitHub Actions does not start this every 2m",
  ],
])("%s is found", (_, schedule, rule, severity, message) => {
  const plan = planWith(schedule);
  const found = schedules(plan, asOf).find((finding) => finding.rule === rule && finding.severity !== "info");

  expect(found).toMatchObject({ severity, at: place, message: expect.stringContaining(message) });
  expect(found?.fix?.sentence).toBeTruthy();
});

test.each<[string, object, string]>([
  ["Sunday as a seventh day", { cron: "0 2 * * 7" }, "30d"],
  ["a leap day", { cron: "0 2 29 2 *" }, "400d"],
  ["runs that replace each other", { cron: "0 * * * *", deadline: "1h", concurrency: "Replace" }, "30d"],
  ["runs that are in each other's way", { cron: "0 * * * *", deadline: "1h" }, "30d"],
  [
    "GitHub Actions every two minutes",
    { cron: "*/2 * * * *", runner: "github-actions", concurrency: "Allow" },
    "30d",
  ],
  ["a point that is gone before the next", { cron: "0 2 * * *" }, "1d"],
])("the patch for %s leaves nothing to complain about", (_, schedule, keep) => {
  const plan = planWith(schedule, keep);
  const [patch] = schedules(plan, asOf).flatMap(({ fix }) => (fix?.patch ? [fix.patch] : []));
  const after = patched(plan, patch ?? []);

  expect(planSchema.parse(after)).toEqual(after);
  expect(schedules(after, asOf).filter(({ severity }) => severity !== "info")).toEqual([]);
});

test("policies other than Forbid say nothing under systemd, which never runs a unit beside itself", () => {
  const crowded = { cron: "0 * * * *", deadline: "1h", runner: "systemd", concurrency: "Replace" };

  expect(schedules(planWith(crowded), asOf).map(({ rule }) => rule)).toEqual([
    ...["schedule/starts", "schedule/overlap"],
  ]);
});

test.each([
  ["0 2 * * *", "0 2 * * *"],
  ["0 2 * * 7", "0 2 * * 0"],
])("%s in a zone there is not: the zone is what the fix is about", (cron, mended) => {
  const plan = planWith({ cron, timeZone: "Mars/Base" });
  const [found] = schedules(plan, asOf);

  expect(found?.fix?.sentence).toMatch(/^set timeZone: "UTC", or a name such as "Europe\/Berlin"/);
  const after = patched(plan, found?.fix?.patch ?? []);
  expect(schedules(after, asOf).map(({ severity }) => severity)).toEqual(["info"]);
  expect(JSON.stringify(after)).toContain(`"cron":"${mended}"`);
});
