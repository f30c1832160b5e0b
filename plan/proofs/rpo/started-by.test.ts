import { expect, test } from "vitest";
import supportDesk from "../../../plans/support-desk.js";
import { parsePlan } from "../../define.js";
import { patched } from "../patched.js";
import { startedBy } from "./index.js";

const asOf = new Date("2026-11-21T00:00:00Z");

/** Support desk, whose dumps are started by another runner or by who it is when none is named. */
const desk = (runner?: string) => {
  const plan = structuredClone(supportDesk) as never as {
    datasets: { tickets: { runs: string; backups: { schedule: { runner?: string | undefined } }[] } };
  };
  const [dumps] = plan.datasets.tickets.backups;
  if (dumps) dumps.schedule.runner = runner;
  return plan;
};

test.each(["systemd", "github-actions"])("on a server by %s: its owner sees to it", (runner) => {
  expect(startedBy(parsePlan(desk(runner)), asOf)).toEqual([]);
});

test("on a server by nobody: a warning, and the timer that mends it", () => {
  const plan = parsePlan(desk());
  const [finding, ...others] = startedBy(plan, asOf);

  expect(others).toEqual([]);
  expect(finding).toMatchObject({
    ...{ rule: "schedule/started-by", severity: "warning", at: "datasets.tickets.backups[0].schedule" },
    fix: { sentence: expect.stringContaining("secondsite backup <plan> tickets --kind logical") },
  });
  expect(startedBy(patched(plan, finding?.fix?.patch ?? []), asOf)).toEqual([]);
});

test("in a cluster Kubernetes starts them", () => {
  const plan = desk();
  plan.datasets.tickets.runs = "kubernetes";

  expect(startedBy(parsePlan(plan), asOf)).toEqual([]);
});
