import { expect, test } from "vitest";

import {
  awsRegion,
  every,
  files,
  logical,
  objectStore,
  postgres,
  premises,
  service,
} from "../../builders.js";
import { parsePlan } from "../../define.js";
import type { Plan, Scope } from "../../schema/index.js";
import { patched } from "../patched.js";
import { recoveryTimes } from "./index.js";
import { account, asOf, cloud, found, house } from "./testing/plans.js";

const slowCheck = { every: "30s", failures: 10 } as const;
const dns = { provider: "route53", zone: "app.test", name: "app.test", service: "app" } as const;
const single = { app: service({ image: "app", needs: ["rows"], replicas: 1 }) };

/** What is broken, the plan, the scope, and the sentence of the fix. */
const broken: [string, Plan, Scope, string][] = [
  [
    "a pilot light that takes too long to start",
    cloud({ region: "30m" }),
    "region",
    'set sites.oregon.mode: "active"',
  ],
  [
    "a database that is restored instead of promoted",
    cloud({ database: "16m" }),
    "database",
    'add a replica of "rows" at "oregon"',
  ],
  [
    "a service with one instance",
    cloud({ service: "4m" }, { services: single }),
    "service",
    "run two instances of services.app",
  ],
  [
    "answers that are remembered for an hour",
    cloud({ region: "45m" }, { dns: { ...dns, ttl: "1h" } }),
    "region",
    'set dns.ttl: "60s"',
  ],
  [
    "a check that sees late",
    cloud({ region: "38m" }, { dns: { ...dns, check: slowCheck } }),
    "region",
    "set dns.check.failures: 3",
  ],
  [
    "data in a cold tier",
    house({ database: "8h" }, ["cold"]),
    "database",
    'keep what is at "cold" in the standard tier',
  ],
  [
    "data on a medium that has to be fetched",
    house({ region: "2h" }, ["safe"]),
    "region",
    'keep a second medium like "safe" at far, as site "safe-near"',
  ],
  [
    "D12: nothing left in a catastrophe",
    house({ catastrophe: "24h" }, ["far"], {
      sites: {
        hall: premises({ location: "hall", role: "primary" }),
        far: premises({ location: "far", role: "standby" }),
        store: objectStore({ provider: "hetzner", region: "fsn1", account: "a" }),
      },
    }),
    "catastrophe",
    'keep copies of rows at "store"',
  ],
  [
    "D12: nothing left in a catastrophe, and no site to keep it at",
    cloud({ catastrophe: "24h" }),
    "catastrophe",
    'add a site "offsite" and keep copies of rows there',
  ],
  [
    "nothing that could take over",
    cloud(
      { region: "1h" },
      {
        sites: {
          virginia: awsRegion({ region: "us-east-1", account, role: "primary" }),
          oregon: objectStore({ provider: "aws", region: "us-west-2", account }),
          witness: objectStore({ provider: "aws", region: "eu-west-1", account }),
        },
      },
    ),
    "region",
    'add a site "standby" with role: "standby" in another region',
  ],
];

test.each(broken)("%s is found, and its fix mends it", (_, plan, scope, sentence) => {
  const finding = found(plan, scope);

  expect(finding.severity).toBe("error");
  expect(finding.fix?.sentence).toBe(sentence);
  const mended = parsePlan(JSON.parse(JSON.stringify(patched(plan, finding.fix?.patch ?? []))));
  expect(found(mended, scope).severity).toBe("info");
  expect(mended.objectives).toEqual(plan.objectives);
  expect(mended.recovery).toEqual(plan.recovery);
  for (const name of Object.keys(plan.datasets)) expect(mended.datasets).toHaveProperty(name);
});

test("a fix never breaks where data may be: residency, and data that stays in its region", () => {
  const rows = {
    ...{ kind: "postgres", at: "virginia", category: "rows", database: "rows", residency: ["us"] },
    backups: [logical({ schedule: every("1h"), keep: "7d", direct: ["oregon"] })],
  } as const;
  const resident = cloud({ catastrophe: "24h" }, { datasets: { rows } });
  expect(found(resident, "catastrophe").fix?.patch?.[0]).toMatchObject({
    value: { provider: "hetzner", region: "ash" },
  });

  const regional = cloud({ catastrophe: "24h" }, { datasets: { rows: { ...rows, regional: true } } });
  expect(found(regional, "catastrophe").severity).toBe("error");
  expect(found(regional, "catastrophe").fix?.patch).toBeUndefined();
});

test("D7: a copy that is added is replicated where the store does so, and written by the job elsewhere", () => {
  const scans = files({
    ...{ at: "virginia", category: "scans", path: "/scans" },
    backups: [{ kind: "copy", schedule: every("1h"), keep: "7d", direct: ["virginia"] }],
  });
  const patchFor = (scope: "region" | "catastrophe") =>
    found(cloud({ [scope]: "24h" }, { datasets: { rows: scans } }), scope).fix?.patch;

  expect(patchFor("region")).toEqual([
    { op: "add", path: "/datasets/rows/backups/0/replicated/-", value: "oregon" },
  ]);
  expect(patchFor("catastrophe")).toEqual([
    expect.objectContaining({ op: "add", path: "/sites/offsite" }),
    { op: "add", path: "/datasets/rows/backups/0/direct/-", value: "offsite" },
  ]);
});

test("D7: of a bucket's own versions a job writes a copy where the store does not replicate to", () => {
  const versions = { kind: "versions", within: "1m", keep: "30d", direct: ["virginia"] };
  const plan = cloud(
    { catastrophe: "24h" },
    {
      datasets: {
        rows: { kind: "bucket", at: "virginia", category: "rows", bucket: "rows", backups: [versions] },
      },
    },
  );
  const finding = found(plan, "catastrophe");
  const mended = parsePlan(JSON.parse(JSON.stringify(patched(plan, finding.fix?.patch ?? []))));

  expect(mended.datasets.rows).toMatchObject({
    backups: [
      { kind: "versions", direct: ["virginia"] },
      { kind: "copy", direct: ["offsite"], keep: "30d" },
    ],
  });
  expect(found(mended, "catastrophe").severity).toBe("info");
});

test("what no change of the plan can shorten is said, without a patch", () => {
  const { severity, fix } = found(cloud({ region: "5m" }), "region");

  expect(severity).toBe("error");
  expect(fix?.patch).toBeUndefined();
  expect(fix?.sentence).toContain("shorten the longest step (replay of log of rows, 12m 32s)");
});

test("several databases that are too slow are one finding, and one fix for all of them", () => {
  const rows = (name: string) =>
    postgres({
      ...{ at: "virginia", category: "rows", database: name },
      backups: [logical({ schedule: every("1h"), keep: "7d", direct: ["oregon"] })],
    });
  const plan = cloud(
    { database: "16m" },
    {
      datasets: { rows: rows("rows"), more: rows("more") },
      services: { app: service({ image: "app", needs: ["rows", "more"] }) },
    },
  );
  const finding = found(plan, "database");

  expect(finding.fix?.sentence).toBe('add a replica of "rows" at "oregon", "more" at "oregon"');
  expect(found(patched(plan, finding.fix?.patch ?? []), "database").severity).toBe("info");
});

test("a plan stays as it is when a patch is tried", () => {
  const plan = cloud({ region: "30m" });
  const before = structuredClone(plan);
  recoveryTimes(plan, asOf);

  expect(plan).toEqual(before);
  expect(() => patched(plan, [{ op: "add", path: "/nowhere/at/all", value: 1 }])).toThrow(
    'the plan has no place "/nowhere/at/all"',
  );
  expect(patched(plan, [{ op: "remove", path: "/datasets/rows/backups/0" }]).datasets.rows).toMatchObject({
    backups: [{ kind: "wal" }],
  });
});
