import { expect, test } from "vitest";

import type { Disaster } from "../../schema/index.js";
import { rpoBound } from "./index.js";
import { sumAsText } from "./proof.js";
import { asOf, daily, datasetOf, dump, type Given, planWith } from "./testing/plans.js";

const minute = 60;
const hour = 3_600;
const day = 86_400;

const boundOf = (given: Given, disaster: Disaster) => {
  const plan = planWith(given);
  return rpoBound(plan, datasetOf(plan), disaster, asOf);
};
const termsOf = (given: Given, disaster: Disaster) =>
  Object.fromEntries(
    boundOf(given, disaster).best?.terms.map(({ name, seconds }) => [name, seconds] as const) ?? [],
  );

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
  const full = { ...incremental, type: "full", keep: "90d", schedule: { ...daily, cron: "0 2 1 * *" } };
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

  // Half a minute's upload: another that is under way is waited for, and is over in time.
  expect(boundOf({ kind, more, size: "3000MiB", backups: [backup] }, "region").seconds).toBe(expected);
});

test("D3: what never changes otherwise is copied in time when an event copies it", () => {
  const schedule = { kind: "event", on: "deployment", within: "1m" };
  const backup = { kind: "copy", schedule, keep: { versions: "all" }, direct: ["oregon"] };
  const given = { kind: "files", changes: "0B", more: { path: "/contracts" }, backups: [backup] };

  expect(boundOf(given, "region").seconds).toBe(minute);
});

test("a sum shows each term and what it comes to", () => {
  const { best } = boundOf({ backups: [physical(), log()] }, "region");

  expect(best && sumAsText(best)).toBe("1m until wal is stored, its upload included = 1m");
});

const incremental = (more: object = {}) => ({
  ...{ kind: "physical", type: "incremental", schedule: { ...daily, cron: "0 * * * *", deadline: "10m" } },
  ...{ keep: "7d", direct: ["oregon"] },
  ...more,
});
const full = (more: object = {}) => ({ ...dump(more), kind: "physical" });

test("an incremental backup whose full one is made by an event, or gone too soon, is no copy", () => {
  const upgrade = { kind: "event", on: "upgrade", within: "1h" };
  const why = (beneath: object) =>
    boundOf({ backups: [incremental(), beneath] }, "region").useless.map((copy) => copy.why);

  expect(why(full({ schedule: upgrade, keep: "1d" }))).toContain(
    'no clock makes the full backup at "oregon" that is beneath it',
  );
  // Two days with one missed and 36 minutes until it is complete, and what the newest incremental lacks.
  expect(why(full({ keep: "49h" }))).toContainEqual(
    expect.stringMatching(
      /^the full backup beneath it is kept 49h, and can be 2d 2h .* old when it is needed$/,
    ),
  );
  expect(boundOf({ backups: [incremental(), full({ keep: "3d" })] }, "region").useless).toEqual([]);
});

test("what builds on a full backup that is still on its way waits for it", () => {
  const backups = [
    incremental({ direct: ["foreign"] }),
    full({ direct: ["virginia"], replicated: ["foreign"] }),
  ];

  // Within two hours and five minutes a run has started since the last whose parent is there.
  expect(boundOf({ backups }, "region").seconds).toBeCloseTo(day + 2 * hour + 5 * minute, 6);
  expect(termsOf({ backups }, "region").parent).toBeGreaterThan(23 * hour);
});

test.each<[string, object]>([
  ["appended records", { kind: "append", within: "10m", keep: "0s", direct: ["oregon"] }],
  [
    "a copy on each change",
    {
      ...{ kind: "copy", schedule: { kind: "event", on: "change", within: "10m" }, keep: "9m" },
      direct: ["oregon"],
    },
  ],
  ["what is carried", { ...dump({ keep: "3d", direct: ["shelf"] }), kind: "copy" }],
])("%s that is gone before the next is there bounds nothing", (_, backup) => {
  const given = { kind: "files", changes: "1MiB", more: { path: "/some" }, backups: [backup] };

  expect(boundOf(given, "region")).toMatchObject({
    seconds: Number.POSITIVE_INFINITY,
    useless: [{ why: expect.stringMatching(/^it is kept (0s|9m|3d), and the newest there can be /) }],
  });
});

test("changes that the line cannot carry are not copied on change either", () => {
  const schedule = { kind: "event", on: "change", within: "1m" };
  const backups = [{ kind: "copy", schedule, keep: "30d", direct: ["oregon"] }];

  expect(
    boundOf({ kind: "files", changes: "20TiB", more: { path: "/some" }, backups }, "region").useless,
  ).toMatchObject([{ why: "more changes in a day than the site uploads in one" }]);
});
