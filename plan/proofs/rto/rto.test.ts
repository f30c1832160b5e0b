import { expect, test } from "vitest";

import {
  awsRegion,
  cron,
  every,
  files,
  logical,
  media,
  objectStore,
  physical,
  pki,
  postgres,
  premises,
  service,
  wal,
} from "../../builders.js";
import { parsePlan } from "../../define.js";
import type { Plan, Scope } from "../../schema/index.js";
import { humanSeconds, seconds } from "../../units.js";
import type { Finding } from "../finding.js";
import { patched } from "../patched.js";
import { recoveryTimes } from "./index.js";

const asOf = new Date("2026-01-01T00:00:00Z");
const account = "111111111111";
const common = {
  identities: {
    deployers: [`arn:aws:iam::${account}:role/deploy`],
    breakGlass: [`arn:aws:iam::${account}:role/break-glass`],
  },
  services: { app: service({ image: "app", needs: ["rows"] }) },
};

/** Two regions of a cloud with a lease, and DNS that fails over. */
const cloud = (rto: Partial<Record<Scope, string>>, more: object = {}): Plan =>
  parsePlan({
    ...{ name: "cloud", ...common, objectives: { rpo: "5m", rto } },
    sites: {
      virginia: awsRegion({ region: "us-east-1", account, role: "primary" }),
      oregon: awsRegion({ region: "us-west-2", account, role: "standby", mode: "pilot-light" }),
      witness: objectStore({ provider: "aws", region: "eu-west-1", account }),
    },
    datasets: {
      rows: postgres({
        ...{ at: "virginia", category: "rows", database: "rows" },
        backups: [
          physical({ schedule: cron("0 2 * * *"), keep: "30d", direct: ["virginia", "oregon"] }),
          wal({ within: "1m", keep: "7d", direct: ["virginia", "oregon"] }),
        ],
      }),
    },
    dns: { provider: "route53", zone: "app.test", name: "app.test", service: "app" },
    lease: { witness: "witness" },
    ...more,
  });

/** Own hardware at two places, a cold store, and a medium in a safe. */
const house = (rto: Partial<Record<Scope, string>>, copies: string[], more: object = {}): Plan =>
  parsePlan({
    ...{ name: "house", ...common, objectives: { rpo: "1d", rto } },
    sites: {
      hall: premises({ location: "hall", role: "primary" }),
      far: premises({ location: "far", role: "standby" }),
      cold: objectStore({ provider: "aws", region: "eu-west-1", account, tier: "cold" }),
      safe: media({ location: "bank", every: "1d", transit: "3h" }),
    },
    datasets: {
      rows: postgres({
        ...{ at: "hall", category: "rows", database: "rows" },
        backups: [logical({ schedule: every("1h"), keep: "7d", direct: copies })],
      }),
    },
    ...more,
  });

const found = (plan: Plan, scope: Scope): Finding => {
  const finding = recoveryTimes(plan, asOf).find(({ rule }) => rule === `rto/${scope}`);
  if (!finding) throw new Error(`no finding about ${scope}`);
  return finding;
};
const took = (plan: Plan, scope: Scope): number => {
  const [, text = ""] = /within ((?:\d+[a-z]+ ?)+)[,;]/.exec(found(plan, scope).message) ?? [];
  return text
    .trim()
    .split(" ")
    .reduce((sum, part) => sum + seconds(part as "1s"), 0);
};

test("C1: a kept promise says so, with every step, its seconds and where they come from", () => {
  const finding = found(cloud({ region: "1h" }), "region");

  expect(finding).toMatchObject({ severity: "info", at: "objectives.rto.region", disaster: "region" });
  expect(finding.message).toBe(
    'a lost region is taken over at "oregon" within 32m 32s, no faster than 2m 35s; the objective is 1h',
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
