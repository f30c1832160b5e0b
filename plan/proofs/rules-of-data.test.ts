import { expect, test } from "vitest";

import type { Plan } from "../schema/index.js";
import { testExamples } from "./testing/examples.js";
import { drop, said, set, smallPlan, swap } from "./testing/small-plan.js";

const orders = "/datasets/orders/backups";
const scans = "/datasets/scans/backups";
const elsewhere = { upload: "1GiB", download: "1GiB", account: "backups" };
const hetzner = { kind: "object-store", provider: "hetzner", region: "fsn1", ...elsewhere };
const every = (length: string) => ({ kind: "interval", every: length, deadline: "1h" });

const fullBackup = (keep: string, sites: readonly string[] = ["west", "apart"]) => ({
  ...{ kind: "physical", type: "full", schedule: every("1d"), keep },
  ...{ direct: ["east"], replicated: sites },
});

test("E2: one base that is kept long enough suffices, at each site of the log", () => {
  const short = swap(`${orders}/0/keep`, "1d");
  const everywhere = smallPlan(short, set(`${orders}/-`, fullBackup("30d")));
  const elsewhere = smallPlan(short, set(`${orders}/-`, fullBackup("30d", ["west"])));
  const rules = (plan: Plan) =>
    [...said(plan, "point-in-time/window"), ...said(plan, "point-in-time/useless-log")].map(
      ({ severity, rule, arithmetic }) => `${severity} ${rule}: ${arithmetic}`,
    );

  expect(rules(everywhere)).toEqual([
    "info point-in-time/window: log 7d + 2d between starts with one missed + 1h deadline = 9d 1h; backups are kept 30d",
  ]);
  expect(rules(elsewhere)).toEqual([
    expect.stringMatching(/^warning point-in-time\/useless-log: .* kept 1d$/),
  ]);
});

testExamples([
  {
    what: "C1: log on top of dumps alone is no point in time",
    change: [drop(`${orders}/0`)],
    finds: "error point-in-time/base at datasets.orders.backups[0]",
    says: 'log of "orders" at east, west, apart replays onto nothing: no physical backup is kept there',
  },
  {
    what: "C1: log at a site without a base",
    change: [set(`${orders}/0/replicated`, ["apart"])],
    finds: "error point-in-time/base at datasets.orders.backups[1]",
    says: 'log of "orders" at west replays onto nothing',
  },
  {
    what: "D6: a binary log without a dump that names its position",
    change: [
      set("/datasets/carts", {
        ...{ kind: "mysql", at: "east", category: "customer", database: "carts", owner: "ada" },
        backups: [
          { kind: "snapshot", schedule: every("6h"), keep: "30d", direct: ["east"], replicated: ["apart"] },
          { kind: "binlog", within: "5m", keep: "7d", direct: ["east"], replicated: ["west"] },
        ],
      }),
    ],
    finds: "error point-in-time/base at datasets.carts.backups[1]",
    says: 'log of "carts" at west replays onto nothing: no dump that names its position is kept there',
  },
  {
    what: "E2: backups that go before the log's window does",
    change: [swap(`${orders}/0/keep`, "9d")],
    finds: "error point-in-time/window at datasets.orders.backups[1].keep",
    says: 'the first part of the 7d of "orders" has no backup beneath it',
  },
  {
    what: "log kept longer than any backup beneath it",
    change: [swap(`${orders}/1/keep`, "40d")],
    finds: "warning point-in-time/useless-log at datasets.orders.backups[1].keep",
    says: 'log of "orders" is kept 40d, but the oldest backup it could replay onto only 30d',
  },
  {
    what: "of several bases at a site none is long enough: the one kept longest is patched",
    change: [swap(`${orders}/0/keep`, "9d"), set(`${orders}/-`, fullBackup("8d"))],
    finds: "error point-in-time/window at datasets.orders.backups[1].keep",
    says: 'the first part of the 7d of "orders" has no backup beneath it',
  },
  {
    what: "points that are gone before the next one is there",
    change: [set(`${scans}/0/schedule`, every("2d")), swap(`${scans}/0/keep`, "4d")],
    finds: "error retention/keeps-one at datasets.scans.backups[0].keep",
    says: 'between two runs no backup of "scans" is left: each is kept 4d',
  },
  {
    what: "a single point that the next replaces",
    change: [swap(`${scans}/0/keep`, { count: 1 })],
    finds: "warning retention/only-one at datasets.scans.backups[0].keep",
    says: 'of "scans" only the newest is kept',
    byPeople: true,
  },
  {
    what: "an incremental backup where its full one is not",
    change: [
      set(`${orders}/-`, {
        ...{ kind: "physical", type: "incremental", schedule: every("6h"), keep: "30d", direct: ["west"] },
      }),
      set(`${orders}/0/replicated`, ["apart"]),
      set(`${orders}/1/replicated`, ["apart"]),
    ],
    finds: "error retention/parents at datasets.orders.backups[3]",
    says: 'incremental backups of "orders" at west restore nothing',
  },
  {
    what: "C10: what is kept for a short time shortens the lock of all in its bucket",
    change: [swap(`${orders}/1/keep`, "2d")],
    finds: "warning retention/lock at datasets.orders.backups[1].keep",
    says: "are locked for 2 of their 30 days",
    byPeople: true,
  },
  {
    what: "F5: one copy in the same region",
    change: [swap(`${scans}/0/replicated`, [])],
    finds: "error copies/3-2-1-1-0 at datasets.scans.backups",
    says: '"scans" lacks 1 more copy, a copy off site',
  },
  {
    what: "F5: an increment is no copy where its full backup is not",
    change: [
      swap(orders, [
        { kind: "physical", schedule: every("1d"), keep: "30d", direct: ["east"] },
        { kind: "physical", type: "incremental", schedule: every("6h"), keep: "30d", direct: ["west"] },
      ]),
    ],
    finds: "error copies/3-2-1-1-0 at datasets.orders.backups",
    says: '"orders" lacks 1 more copy',
  },
  {
    what: "F5: copies only where nothing can be locked",
    change: [
      set("/sites/spaces", { ...hetzner, provider: "digitalocean", region: "nyc3", jurisdiction: "us" }),
      set("/sites/vultr", { ...hetzner, provider: "vultr", region: "ewr", jurisdiction: "us" }),
      swap(`${scans}/0/direct`, ["spaces", "vultr"]),
      swap(`${scans}/0/replicated`, []),
    ],
    finds: "error copies/3-2-1-1-0 at datasets.scans.backups",
    says: '"scans" lacks a copy nobody can change',
  },
  {
    what: "F5: restic locks nothing itself, so a bucket without default retention is not enough",
    change: [
      set("/sites/fsn", hetzner),
      swap(`${scans}/0/direct`, ["fsn"]),
      swap(`${scans}/0/replicated`, []),
      set(`${scans}/-`, { kind: "append", within: "1h", keep: "30d", direct: ["east"] }),
      set("/datasets/scans/backups/1/direct", ["fsn"]),
    ],
    finds: "error copies/3-2-1-1-0 at datasets.scans.backups",
    says: '"scans" lacks 1 more copy',
  },
  {
    what: "F5: nobody reads the copies",
    change: [swap("/drills", [])],
    finds: "error copies/zero-errors at drills",
    says: 'nobody would notice an unreadable copy of "orders", "scans"',
  },
]);
