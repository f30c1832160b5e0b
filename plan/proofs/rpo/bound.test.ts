import { expect, test } from "vitest";

import { type Disaster, disasters, type KeptDataset, type Plan, planSchema } from "../../schema/index.js";
import { rpo, rpoBound, rpoObjective } from "./index.js";
import { sumAsText } from "./proof.js";

const asOf = new Date("2026-01-01T00:00:00Z");
const minute = 60;
const hour = 3_600;
const day = 86_400;

const sites = {
  virginia: { kind: "aws-region", region: "us-east-1", account: "111111111111", role: "primary" },
  oregon: { kind: "aws-region", region: "us-west-2", account: "111111111111", role: "standby" },
  apart: { kind: "object-store", provider: "aws", region: "eu-west-1", account: "222222222222" },
  foreign: { kind: "object-store", provider: "hetzner", region: "fsn1", account: "backups" },
  house: { kind: "premises", location: "first-house", role: "standby", upload: "10MiB" },
  shelf: { kind: "media", location: "first-house", every: "24h", transit: "4h" },
};
const daily = { kind: "cron", cron: "0 2 * * *", deadline: "30m" } as const;

interface Given {
  readonly at?: string;
  readonly kind?: string;
  readonly size?: string;
  readonly changes?: string;
  readonly more?: object;
  readonly backups: readonly object[];
}

function planWith({
  at = "virginia",
  kind = "postgres",
  size = "6000MiB",
  changes,
  more,
  backups,
}: Given): Plan {
  const own = kind === "postgres" ? { database: "app" } : kind === "mysql" ? { database: "app" } : {};
  const dataset = {
    kind,
    at,
    category: "some",
    size,
    ...(changes ? { changes } : {}),
    ...own,
    ...more,
    backups,
  };
  return planSchema.parse({
    ...{ name: "some", sites, datasets: { data: dataset } },
    objectives: { rpo: "1h", rto: { region: "1h" } },
  });
}

function datasetOf(plan: Plan): KeptDataset {
  const { data } = plan.datasets;
  if (!data || data.kind === "rebuildable") throw new Error("no such dataset");
  return data;
}

const boundOf = (given: Given, disaster: Disaster) => {
  const plan = planWith(given);
  return rpoBound(plan, datasetOf(plan), disaster, asOf);
};
const termsOf = (given: Given, disaster: Disaster) =>
  Object.fromEntries(
    boundOf(given, disaster).best?.terms.map(({ name, seconds }) => [name, seconds] as const) ?? [],
  );

const dump = (more: object = {}) => ({
  kind: "logical",
  schedule: daily,
  keep: "30d",
  direct: ["oregon"],
  ...more,
});

test("D4: a run that is missed counts: twice the gap, late start, deadline, upload", () => {
  expect(termsOf({ backups: [dump()] }, "region")).toEqual({
    ...{ gap: day, missed: day, late: 5 * minute, deadline: 30 * minute, upload: minute },
  });
});

test("a job writes to each of its direct copies, over the same line", () => {
  expect(termsOf({ backups: [dump({ direct: ["oregon", "apart"] })] }, "region").upload).toBe(2 * minute);
});

test("an incremental backup moves what changed between two points, never more than there is", () => {
  const incremental = {
    ...{ kind: "physical", type: "incremental", schedule: daily, keep: "30d", direct: ["oregon"] },
  };
  const full = { ...incremental, type: "full", schedule: { ...daily, cron: "0 2 1 * *" } };
  const upload = (changes: string) => termsOf({ changes, backups: [incremental, full] }, "region").upload;

  expect(upload("1000MiB")).toBeCloseTo((1_000 * (2 * day + 5 * minute)) / day / 100, 6);
  expect(upload("100GiB")).toBe(minute);
});

test("an incremental backup without a full one beneath it at its site is no copy", () => {
  const incremental = {
    ...{ kind: "physical", type: "incremental", schedule: daily, keep: "30d" },
    direct: ["oregon"],
  };
  const full = { ...incremental, type: "full", direct: ["virginia"] };

  expect(boundOf({ backups: [incremental, full] }, "region")).toMatchObject({
    seconds: Number.POSITIVE_INFINITY,
    useless: [{ site: "oregon", why: 'no full backup is kept at "oregon" beneath it' }],
  });
});

test.each([
  ["Forbid: two runs stand in the way of others", "Forbid", 2 * hour + 2 * 5 * minute + 3 * (hour + minute)],
  ["Allow: nothing stands in the way", "Allow", 2 * hour + 5 * minute + hour + minute],
  ["Replace: none need ever end", "Replace", Number.POSITIVE_INFINITY],
])("hourly with a deadline of an hour, %s", (_, concurrency, expected) => {
  const schedule = { kind: "cron", cron: "0 * * * *", deadline: "1h", concurrency };

  expect(boundOf({ backups: [dump({ schedule })] }, "region").seconds).toBe(expected);
});

test("a run that the next replaces does not count, one that has room does", () => {
  const schedule = { kind: "cron", cron: "0 1,2 * * *", deadline: "1h", concurrency: "Replace" };

  expect(termsOf({ backups: [dump({ schedule })] }, "region")).toMatchObject({ gap: day, missed: day });
});

test("systemd never runs a unit beside itself, whatever the policy says", () => {
  const schedule = {
    kind: "cron",
    cron: "0 * * * *",
    deadline: "1h",
    concurrency: "Allow",
    runner: "systemd",
  };

  expect(termsOf({ backups: [dump({ schedule })] }, "region").overlap).toBe(2 * (hour + minute) + 5 * minute);
});

test("an interval counts from the start before: a timer's accuracy counts twice", () => {
  const schedule = { kind: "interval", every: "6h", deadline: "10m" };

  expect(termsOf({ backups: [dump({ schedule })] }, "region")).toEqual({
    ...{ gap: 6 * hour, missed: 6 * hour, late: 2 * minute, deadline: 10 * minute, upload: minute },
  });
});

test("replication: within 15 minutes between S3 buckets, a day is assumed elsewhere", () => {
  const replicated = (to: string) => dump({ direct: ["virginia"], replicated: [to] });

  expect(termsOf({ backups: [replicated("oregon")] }, "region").replication).toBe(15 * minute);
  expect(termsOf({ backups: [replicated("foreign")] }, "region").replication).toBe(day);
});

test("A10: what is carried is as old as the last transfer, on its way included", () => {
  const carried = dump({ direct: ["virginia", "shelf"] });

  expect(termsOf({ backups: [carried] }, "provider")).toMatchObject({ transfer: day, transit: 4 * hour });
});

const log = (more: object = {}) => ({ kind: "wal", within: "1m", keep: "7d", direct: ["oregon"], ...more });
const physical = (more: object = {}) => ({ ...dump(more), kind: "physical" });

test("C1: log carries as far as it is stored, but onto a physical backup only, never onto a dump", () => {
  expect(boundOf({ backups: [physical(), log()] }, "region").seconds).toBe(minute);
  expect(boundOf({ backups: [dump(), log()] }, "region").best?.kind).toBe("logical");
  expect(boundOf({ backups: [dump(), log()] }, "region").useless).toMatchObject([
    { kind: "wal", why: 'wal replays onto a physical backup only, and none is kept at "oregon"' },
  ]);
});

test("log that is kept for less time than a backup beneath it can be old leaves a hole", () => {
  expect(boundOf({ backups: [physical(), log({ keep: "2d" })] }, "region").best?.kind).toBe("physical");
});

test("binary log continues a dump; a provider's log continues its snapshots", () => {
  const binlog = { ...log(), kind: "binlog" };
  const snapshot = { ...dump(), kind: "snapshot" };

  expect(boundOf({ kind: "mysql", backups: [dump(), binlog] }, "region").seconds).toBe(minute);
  expect(boundOf({ more: { runs: "rds" }, backups: [snapshot, log()] }, "region").seconds).toBe(minute);
  expect(boundOf({ more: { runs: "server" }, backups: [snapshot, log()] }, "region").best?.kind).toBe(
    "snapshot",
  );
});

test("more changes than the line carries pile up without end", () => {
  const given = { changes: "20TiB", backups: [physical(), log()] };

  expect(boundOf(given, "region").useless).toMatchObject([
    { kind: "wal", why: "more changes in a day than the site uploads in one" },
  ]);
});

test("a replica loses its lag, nothing when it is waited for, and repeats mistakes", () => {
  const replica = (synchronous: boolean) => [
    { kind: "replica", to: "oregon", lag: "10s", synchronous },
    dump(),
  ];

  expect(boundOf({ backups: replica(false) }, "database").seconds).toBe(10);
  expect(boundOf({ backups: replica(true) }, "region").seconds).toBe(0);
  expect(boundOf({ backups: replica(true) }, "operator-error").best?.kind).toBe("logical");
});

test.each<[string, string, string, number]>([
  ["A1: a Raft store copied before upgrades", "raft", "upgrade", Number.POSITIVE_INFINITY],
  ["files copied on deployment", "files", "deployment", Number.POSITIVE_INFINITY],
  ["files copied on change", "files", "change", minute],
  ["A7: an authority copied after each issuance", "pki", "issuance", minute],
])("%s", (_, kind, on, expected) => {
  const method = kind === "raft" ? "snapshot" : "copy";
  const backup = {
    kind: method,
    schedule: { kind: "event", on, within: "1m" },
    keep: "30d",
    direct: ["oregon"],
  };
  const more = kind === "pki" ? {} : { path: "/var/lib/some" };

  expect(boundOf({ kind, more, backups: [backup] }, "region").seconds).toBe(expected);
});

test("D3: what never changes otherwise is copied in time when an event copies it", () => {
  const schedule = { kind: "event", on: "deployment", within: "1m" };
  const backup = { kind: "copy", schedule, keep: { versions: "all" }, direct: ["oregon"] };
  const given = { kind: "files", changes: "0B", more: { path: "/contracts" }, backups: [backup] };

  expect(boundOf(given, "region").seconds).toBe(minute);
});

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

test("a sum shows each term and what it comes to", () => {
  const { best } = boundOf({ backups: [physical(), log()] }, "region");

  expect(best && sumAsText(best)).toBe("1m until wal is stored, its upload included = 1m");
});
