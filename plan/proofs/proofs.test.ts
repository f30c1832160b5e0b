import fc from "fast-check";
import { expect, test } from "vitest";

import chat from "../../plans/kubernetes-chat.js";
import { type Plan, type PostgresDataset, parsePlan } from "../index.js";
import { scheduleGaps } from "./gaps.js";
import { type Finding, prove } from "./index.js";

const asOf = new Date("2026-01-01T00:00:00Z");

/** What the proofs say of the chat plan with its messages changed. */
function findings(change: (messages: PostgresDataset, plan: Plan) => void = () => undefined): Finding[] {
  const plan = structuredClone(chat);
  const { messages } = plan.datasets;
  if (messages?.kind !== "postgres") throw new Error("the plan has changed");
  change(messages, plan);
  return prove(parsePlan(plan), asOf);
}

const said = (all: readonly Finding[], rule: string) => all.find((finding) => finding.rule === rule);
const errors = (all: readonly Finding[]) =>
  all.filter(({ severity }) => severity === "error").map(({ rule }) => rule);
const withoutLog = (messages: PostgresDataset) => {
  messages.backups = messages.backups.filter(({ kind }) => kind === "physical");
};

test("the plan keeps its promises: RPO by its log, a window of seven days, an hour's RTO with room", () => {
  const all = findings();

  expect(errors(all)).toEqual([]);
  expect(said(all, "rpo/region")).toMatchObject({
    severity: "info",
    message: 'when aws/us-east-1 is lost, at most 1m of "messages" is lost; the objective is 5m',
  });
  expect(said(all, "rto/region")?.message).toContain("no faster than 2m 35s");
});

test("backups alone miss an RPO of minutes: longest gap, one missed run, deadline; log is the fix", () => {
  const all = findings(withoutLog);

  expect(errors(all)).toEqual(["rpo/region"]);
  expect(said(all, "rpo/region")).toMatchObject({
    message: 'when aws/us-east-1 is lost, at most 2d 1h of "messages" is lost; the objective is 5m',
    fix: { sentence: 'add wal({ within: "5m", direct: [..., "oregon"] }) to datasets.messages.backups' },
  });
  expect(said(all, "rpo/region")?.arithmetic).toContain("1d apart");
});

test("a copy that the store makes later adds the time that replication may take", () => {
  const all = findings((messages) => {
    for (const backup of messages.backups)
      Object.assign(backup, { direct: ["virginia"], replicated: ["oregon"] });
  });

  expect(said(all, "rpo/region")).toMatchObject({ severity: "error", at: "datasets.messages.backups" });
  expect(said(all, "rpo/region")?.message).toContain("at most 16m");
  expect(said(all, "rpo/region")?.fix?.sentence).toBe(
    'name "oregon" in direct of datasets.messages.backups[1], and of the physical backup beneath it',
  );
});

test("no copy outside the region: all of it is lost", () => {
  const all = findings((messages) => {
    for (const backup of messages.backups) Object.assign(backup, { direct: ["virginia"], replicated: [] });
  });

  expect(said(all, "rpo/region")?.message).toBe(
    'when aws/us-east-1 is lost, "messages" is lost: no backup of it is kept elsewhere',
  );
});

test.each<[string, (messages: PostgresDataset, plan: Plan) => void, string, string]>([
  [
    "log without a physical backup at its site",
    ({ backups }) => Object.assign(backups[0] ?? {}, { direct: ["virginia"], replicated: [] }),
    "point-in-time/base",
    'log of "messages" at oregon replays onto nothing: no physical backup is kept there',
  ],
  [
    "log kept longer than any backup beneath it",
    ({ backups }) => Object.assign(backups[1] ?? {}, { keep: "120d" }),
    "point-in-time/useless-log",
    'log of "messages" is kept 120d, but the oldest backup it could replay onto only 90d',
  ],
  [
    "backups that go before the log's window does",
    ({ backups }) => Object.assign(backups[0] ?? {}, { keep: "8d" }),
    "point-in-time/window",
    'the first part of the 7d of "messages" has no backup beneath it',
  ],
  [
    "a schedule that is none",
    ({ backups }) => Object.assign(backups[0] ?? {}, { schedule: { kind: "cron", cron: "0 25 * * *" } }),
    "schedule/readable",
    '"0 25 * * *" in "UTC" is no schedule',
  ],
  [
    "a day that most months do not have",
    ({ backups }) => Object.assign(backups[0] ?? {}, { schedule: { kind: "cron", cron: "0 2 29 2 *" } }),
    "schedule/starts",
    '"0 2 29 2 *" starts fewer than three times in 400 days',
  ],
  [
    "backups that are gone before the next one",
    ({ backups }) => Object.assign(backups[0] ?? {}, { keep: "1d" }),
    "schedule/keeps-one",
    'between two starts no backup of "messages" is left: each is kept 1d',
  ],
  [
    "an RTO that the steps do not fit into",
    (_, { objectives }) => Object.assign(objectives.rto, { region: "15m" }),
    "rto/region",
    "the objective is 15m",
  ],
  [
    "nothing to take over",
    (_, { sites }) => {
      delete sites.oregon;
    },
    "rto/region",
    "no site is a standby",
  ],
  [
    "a copy in another account",
    (_, { sites }) => Object.assign(sites.isolated ?? {}, { account: "222222222222" }),
    "keys/account",
    'what "isolated" holds of category "customer" cannot be read with its key',
  ],
])("%s is found, with its fix", (_, change, rule, message) => {
  const all = findings((messages, plan) => {
    change(messages, plan);
    for (const backup of messages.backups)
      for (const way of ["direct", "replicated"] as const)
        if (backup.kind !== "replica") backup[way] = backup[way].filter((site) => site in plan.sites);
  });

  expect(said(all, rule)?.message).toContain(message);
  expect(said(all, rule)?.fix).toBeTruthy();
});

test("a lock that ends before what it protects is a warning, in every bucket", () => {
  const warnings = findings().filter(({ severity }) => severity === "warning");

  expect(warnings.map(({ rule }) => rule)).toEqual(["retention/lock", "retention/lock"]);
});

test.each([
  ["0 2 * * *", "UTC", 24, 48],
  ["0 2 * * *", "America/New_York", 25, 49],
  ["0 2 * * 1-5", "UTC", 72, 96],
  ["0 2 1 * *", "UTC", 31 * 24, 62 * 24],
  ["0,30 9-17 * * *", "UTC", 15.5, 16],
  ["* * * * *", "UTC", 1 / 60, 2 / 60],
])("%s in %s starts at most %d h apart, %d h with one missed", (cron, timeZone, longest, withOneMissed) => {
  const gaps = scheduleGaps(cron, timeZone, asOf);

  expect((gaps?.longest ?? 0) / 3_600).toBeCloseTo(longest, 6);
  expect((gaps?.withOneMissed ?? 0) / 3_600).toBeCloseTo(withOneMissed, 6);
});

test("a schedule's gaps are those of its starts taken one by one", async () => {
  const { Cron } = await import("croner");
  const minute = fc.constantFrom("0", "15,45", "*/20", "59");
  const hour = fc.constantFrom("1", "2", "*/6", "0,23", "1-3");
  const day = fc.constantFrom("*", "1-5", "0");
  const zone = fc.constantFrom("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe");
  fc.assert(
    fc.property(minute, hour, day, zone, (m, h, d, timeZone) => {
      const cron = `${m} ${h} * * ${d}`;
      const first = new Cron("0 0 * * *", { timezone: timeZone }).nextRuns(401, asOf);
      const end = first.at(-1)?.getTime() ?? 0;
      const schedule = new Cron(cron, { timezone: timeZone });
      const starts: number[] = [];
      let run = schedule.nextRun(new Date((first[0]?.getTime() ?? 0) - 1));
      for (; run && run.getTime() < end; run = schedule.nextRun(run)) starts.push(run.getTime());
      const gaps = starts.slice(1).map((start, index) => start - (starts[index] ?? 0));

      expect(scheduleGaps(cron, timeZone, asOf)?.longest).toBe(Math.max(...gaps) / 1_000);
    }),
    { numRuns: 12 },
  );
});
