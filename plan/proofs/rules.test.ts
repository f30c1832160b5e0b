import { expect, test } from "vitest";

import type { PatchStep } from "./finding.js";
import { drop, patchFails, said, set, smallPlan, swap, troubles } from "./testing/small-plan.js";

test("a plan that keeps all of it: nothing is broken or at risk", () => {
  expect(troubles(smallPlan())).toEqual([]);
});

interface Case {
  readonly what: string;
  readonly change: readonly PatchStep[];
  readonly finds: `${"error" | "warning"} ${string} at ${string}`;
  readonly says: string;
  /** Whether only people can mend it. */
  readonly byPeople?: true;
}

const orders = "/datasets/orders/backups";
const scans = "/datasets/scans/backups";
const elsewhere = { upload: "1GiB", download: "1GiB", account: "backups" };
const hetzner = { kind: "object-store", provider: "hetzner", region: "fsn1", ...elsewhere };
const minio = { ...hetzner, provider: "minio", endpoint: "https://minio.example.com" };
const shelf = { kind: "media", location: "shelf", every: "7d", transit: "1d", jurisdiction: "us" };
const every = (length: string) => ({ kind: "interval", every: length, deadline: "1h" });

const cases: readonly Case[] = [
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
  {
    what: "D13: two categories under one key",
    change: [set("/keys/categories/scans", { sharedWith: "customer" })],
    finds: "error keys/shared at keys.categories.scans.sharedWith",
    says: 'whoever opens "customer" opens "scans" too',
  },
  {
    what: "D13: two categories under one existing key",
    change: [
      set("/keys/categories/customer", { key: { existing: "alias/one" } }),
      set("/keys/categories/scans", { key: { existing: "alias/one" } }),
    ],
    finds: "error keys/shared at keys.categories.scans.key",
    says: "they use the same existing key",
  },
  {
    what: "D13: a key that is rotated too seldom",
    change: [set("/keys/rotation", "730d"), set("/keys/categories/scans", { rotation: "365d" })],
    finds: "warning keys/rotation at keys.rotation",
    says: 'the key of "customer" is rotated every 730d',
  },
  {
    what: "a key that is not where copies are",
    change: [set("/keys/categories/scans", { at: ["east", "west"] })],
    finds: "error keys/at at keys.categories.scans.at",
    says: 'copies of "scans" at "apart" cannot be opened there',
  },
  {
    what: "F9: copies in another account, and no key outside of the first",
    change: [drop("/keys/recovery")],
    finds: "error keys/account at keys.categories.customer",
    says: 'what "apart" holds of category "customer" cannot be read with its key',
  },
  {
    what: "F9: the loss of the account is promised, and every key is in it",
    change: [drop("/keys/recovery")],
    finds: "error keys/recovery at keys.recovery",
    says: "nobody can open any copy once the account or the machine with its key is gone",
  },
  {
    what: "a deleted key is gone before anybody misses it",
    change: [set("/keys/deletionWindow", "7d"), swap("/drills/0/every", "30d")],
    finds: "warning keys/deletion-window at keys.deletionWindow",
    says: "a key that somebody deletes can be gone before any verification misses it",
  },
  {
    what: "D4: a class that no dataset carries",
    change: [set("/objectives/classes/transactions", { rpo: "5m" })],
    finds: "error coverage/class at objectives.classes.transactions",
    says: 'an RPO of 5m is promised for "transactions", and no dataset carries it',
  },
  {
    what: "a dataset that nobody answers for",
    change: [drop("/datasets/scans/owner")],
    finds: "warning coverage/owner at datasets",
    says: 'nobody answers for "scans"',
    byPeople: true,
  },
  {
    what: "B6: a service that declares no store",
    change: [swap("/services/shop/needs", [])],
    finds: "warning coverage/service at services",
    says: '"shop" needs no store',
    byPeople: true,
  },
  {
    what: "E2: log of a managed database",
    change: [set("/datasets/orders/runs", "rds")],
    finds: "error compatibility/managed at datasets.orders.backups[1]",
    says: 'rds gives nobody its log, so "orders" cannot have wal backups',
  },
  {
    what: "D7: replication between providers",
    change: [set("/sites/fsn", hetzner), set(`${scans}/0/replicated/-`, "fsn")],
    finds: "error compatibility/replication at datasets.scans.backups[0].replicated",
    says: 'nothing copies "scans" from "east" to "fsn" by itself',
  },
  {
    what: "D7: replication where the provider has none",
    change: [
      set("/sites/fsn", hetzner),
      set("/sites/hel", { ...hetzner, region: "hel1" }),
      set(`${scans}/-`, {
        kind: "copy",
        schedule: every("6h"),
        keep: "30d",
        direct: ["fsn"],
        replicated: ["hel"],
      }),
    ],
    finds: "error compatibility/replication at datasets.scans.backups[1].replicated",
    says: 'nothing copies "scans" from "fsn" to "hel" by itself',
  },
  {
    what: "B5: versions where the store keeps none",
    change: [
      set("/sites/r2", { ...hetzner, provider: "cloudflare", region: "auto" }),
      set("/datasets/uploads", {
        ...{ kind: "bucket", at: "east", category: "scans", bucket: "uploads", owner: "ada" },
        backups: [
          { kind: "versions", within: "5m", keep: "30d", direct: ["r2"] },
          {
            kind: "copy",
            schedule: every("6h"),
            keep: "30d",
            direct: ["east"],
            replicated: ["west", "apart"],
          },
        ],
      }),
    ],
    finds: "error compatibility/versions at datasets.uploads.backups[0].direct",
    says: 'the store at "r2" keeps no versions of "uploads"',
  },
  {
    what: "A10: a stream to a medium that is carried",
    change: [
      set("/sites/shelf", shelf),
      set(`${orders}/1/direct/-`, "shelf"),
      set(`${orders}/0/replicated/-`, "shelf"),
    ],
    finds: "error compatibility/media at datasets.orders.backups[1].direct",
    says: 'no job can write the wal of "orders" to "shelf" itself',
  },
  {
    what: "D7: a tool's repository in a cold tier",
    change: [
      set("/sites/apart/tier", "cold"),
      set(`${scans}/0/direct/-`, "apart"),
      swap(`${scans}/0/replicated`, ["west"]),
    ],
    finds: "error compatibility/cold at datasets.scans.backups[0].direct",
    says: "cannot read its repository",
  },
  {
    what: "a server of one's own without address",
    change: [set("/sites/rack", { ...minio, endpoint: undefined }), set(`${scans}/0/direct/-`, "rack")],
    finds: "error compatibility/endpoint at sites.rack.endpoint",
    says: 'nobody knows where the MinIO of "rack" is',
    byPeople: true,
  },
  {
    what: "a store where nothing can be locked",
    change: [
      set("/sites/spaces", { ...hetzner, provider: "digitalocean", region: "nyc3" }),
      set(`${scans}/0/direct/-`, "spaces"),
    ],
    finds: "warning compatibility/lock at sites.spaces",
    says: 'nothing stored at "spaces" can be locked',
    byPeople: true,
  },
  {
    what: "D7: what lies in cold storage is never read back",
    change: [set("/sites/apart/tier", "cold")],
    finds: "error drills/cold-storage at drills",
    says: 'nobody reads back what lies in cold storage of "orders", "scans"',
  },
  {
    what: "C15: a promise that is never tried",
    change: [set("/objectives/rto/catastrophe", "24h")],
    finds: "error drills/scope at drills",
    says: '"catastrophe" within 24h is promised and never tried',
  },
  {
    what: "B13: a drill that is overdue",
    change: [set("/drills/1/last", "2026-04-30")],
    finds: "error drills/overdue at drills[1]",
    says: "the restore drill is overdue by 1d",
    byPeople: true,
  },
  {
    what: "B13: a drill that was never done",
    change: [drop("/drills/1/last")],
    finds: "warning drills/never at drills[1]",
    says: "the restore drill was never done",
    byPeople: true,
  },
  {
    what: "A12: a drill that nobody is to do",
    change: [drop("/drills/1/owner")],
    finds: "warning drills/owner at drills",
    says: "nobody is to do",
    byPeople: true,
  },
  {
    what: "B1: an alert that fires after the RPO is lost",
    change: [set("/alerts/2/after", "25h")],
    finds: "error alerts/age at alerts[2].after",
    says: 'an alert after 25h comes when the RPO of 1d of "orders" is lost already, and of 1 more',
  },
  {
    what: "C1: an alert that leaves no time to react",
    change: [set("/alerts/2/after", "23h"), set("/recovery/decision", "2h")],
    finds: "error alerts/age at alerts[2].after",
    says: 'an alert after 23h leaves less than 2h until the RPO of 1d of "orders" is lost',
  },
  {
    what: "B12: nobody hears when backups stop",
    change: [drop("/alerts/2")],
    finds: "error alerts/age at alerts",
    says: 'nobody hears when backups of "orders", "scans" stop',
  },
  {
    what: "C12: nobody hears when a job fails",
    change: [drop("/alerts/0")],
    finds: "error alerts/job-failed at alerts",
    says: 'nobody hears when a backup job of "orders", "scans" fails',
  },
  {
    what: "C12: verification alerts for some only",
    change: [set("/alerts/1/datasets", ["scans"])],
    finds: "warning alerts/verification-failed at alerts",
    says: 'nobody hears when a verification of "orders" fails',
  },
  {
    what: "B12: nobody hears before storage is full",
    change: [swap("/alerts/3/percent", 95)],
    finds: "warning alerts/storage at alerts",
    says: "nobody hears before storage is full",
  },
  {
    what: "D15: a replica whose lag nobody watches",
    change: [set(`${orders}/-`, { kind: "replica", to: "west", lag: "1m" })],
    finds: "warning alerts/lag at alerts",
    says: 'nobody hears when the replica of "orders" stays behind',
  },
  {
    what: "an alert that tells nobody",
    change: [set("/alerts/3/to", [])],
    finds: "warning alerts/to at alerts",
    says: "nobody is told by",
    byPeople: true,
  },
];

test.each(cases)("$what", ({ change, finds, says, byPeople }) => {
  const plan = smallPlan(...change);
  const [, severity, rule = "", at] = /^(\S+) (\S+) at (.*)$/.exec(finds) ?? [];
  const there = said(plan, rule);
  const found = there.find((each) => each.severity === severity && each.at === at);

  expect(found?.message, JSON.stringify(there)).toContain(says);
  expect(found?.arithmetic).toBeTruthy();
  expect(found?.fix?.sentence).toBeTruthy();
  if (found) expect(patchFails(plan, found)).toEqual(byPeople ? ["it has no patch"] : []);
});

test("each rule has an example here", () => {
  const rules = new Set(cases.map(({ finds }) => finds.split(" ")[1]));

  expect(rules.size).toBeGreaterThanOrEqual(34);
});
