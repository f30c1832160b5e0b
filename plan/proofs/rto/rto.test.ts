import { expect, test } from "vitest";

import { every, files, pki } from "../../builders.js";
import type { Plan, Scope } from "../../schema/index.js";
import { humanSeconds } from "../../units.js";
import { recoveryTimes } from "./index.js";
import { asOf, cloud, found, house, took } from "./testing/plans.js";

test("C1: a kept promise says so, with every step, its seconds and where they come from", () => {
  const finding = found(cloud({ region: "1h" }), "region");

  expect(finding).toMatchObject({ severity: "info", at: "objectives.rto.region", disaster: "region" });
  expect(finding.message).toBe(
    'a lost region is taken over at "oregon" within 32m 32s, 2m 35s of it waiting for lease, health check and TTL; the objective is 1h',
  );
  expect(finding.arithmetic).toContain(
    "30s check of app.test turns unhealthy (3 failures, 10s apart) + 10m decision",
  );
  expect(finding.arithmetic).toContain('1m 42s restore of rows (10 GiB from "oregon" at 100 MiB/s, a guess)');
  expect(finding.arithmetic).toContain("2880 segments at 0.25 s");
  expect(finding.fix).toBeUndefined();
});

test.each<[Scope, (rto: Partial<Record<Scope, string>>) => Plan]>([
  ["region", (rto) => cloud(rto)],
  ["database", (rto) => cloud(rto)],
  ["cluster", (rto) => cloud(rto)],
  ["service", (rto) => cloud(rto)],
  ["node", (rto) => house(rto, ["far"])],
  ["catastrophe", (rto) => house(rto, ["safe"])],
])("%s: an objective a second above what it takes holds, a second below it does not", (scope, make) => {
  const time = Math.round(took(make({ [scope]: "100d" }), scope));

  expect(found(make({ [scope]: `${time + 1}s` }), scope).severity).toBe("info");
  expect(found(make({ [scope]: `${time - 1}s` }), scope).severity).toBe("error");
  expect(found(make({ [scope]: `${time - 1}s` }), scope).message).toContain(humanSeconds(time));
});

test("only what is promised is looked at", () => {
  expect(recoveryTimes(cloud({}), asOf)).toEqual([]);
  expect(recoveryTimes(cloud({ service: "1h" }), asOf).map(({ rule }) => rule)).toEqual([
    "rto/service",
    "rto/figures",
  ]);
});

test("guesses are called guesses, until something was measured; what was measured moves the result", () => {
  const guessed = recoveryTimes(cloud({ region: "1h" }), asOf).at(-1);
  expect(guessed).toMatchObject({ rule: "rto/figures", severity: "info" });
  expect(guessed?.message).toContain("rest on guesses");

  const measured = { decision: "60s", measured: { by: "drill", on: "2026-01-01" } } as const;
  const drilled = cloud({ region: "1h" }, { recovery: measured });
  expect(recoveryTimes(drilled, asOf).at(-1)?.message).toBe(
    "recovery times rest on what drill measured on 2026-01-01",
  );
  expect(found(drilled, "region").arithmetic).toContain("measured by drill on 2026-01-01");
  expect(took(drilled, "region")).toBe(took(cloud({ region: "1h" }), "region") - 540);
});

test("E1: a promise about something that the plan does not have is a warning", () => {
  const plan = cloud({ certificates: "15m" });
  expect(found(plan, "certificates")).toMatchObject({ severity: "warning" });

  const authority = pki({
    ...{ at: "virginia", category: "pki" },
    backups: [{ kind: "copy", schedule: every("1h"), keep: "30d", direct: ["oregon"] }],
  });
  const rows = files({
    ...{ at: "virginia", category: "rows", path: "/rows" },
    backups: [{ kind: "copy", schedule: every("1h"), keep: "30d", direct: ["oregon"] }],
  });
  expect(
    found(cloud({ certificates: "30m" }, { datasets: { rows, authority } }), "certificates").severity,
  ).toBe("info");
});
