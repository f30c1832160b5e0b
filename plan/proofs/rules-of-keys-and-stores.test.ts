import { expect, test } from "vitest";

import { testExamples } from "./testing/examples.js";
import { drop, said, set, smallPlan, swap } from "./testing/small-plan.js";

const orders = "/datasets/orders/backups";
const scans = "/datasets/scans/backups";
const one = "age12p5c8c5ajkyyh3hdnsalqyjvft55vp6c3fld826g0fr0zjcwr5fqv60du6";
const elsewhere = { upload: "1GiB", download: "1GiB", account: "backups" };
const hetzner = { kind: "object-store", provider: "hetzner", region: "fsn1", ...elsewhere };
const minio = { ...hetzner, provider: "minio", endpoint: "https://minio.example.com" };
const shelf = { kind: "media", location: "shelf", every: "7d", transit: "1d", jurisdiction: "us" };
const every = (length: string) => ({ kind: "interval", every: length, deadline: "1h" });

testExamples([
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
    byPeople: true,
  },
  {
    what: "F9: a recovery key without recipients reaches no copy in another account",
    change: [drop("/keys/recovery/recipients")],
    finds: "error keys/account at keys.categories.customer",
    says: 'what "apart" holds of category "customer" cannot be read with its key',
    byPeople: true,
  },
  {
    what: "F9: a recovery key without recipients opens nothing, whatever is said about it",
    change: [drop("/keys/recovery/recipients")],
    finds: "error keys/recovery at keys.recovery.recipients",
    says: 'the recovery key of "ada", "bob" opens nothing: no copy is made for it',
    byPeople: true,
  },
  {
    what: "F9: two holders and one recipient",
    change: [drop("/keys/recovery/recipients/1")],
    finds: "warning keys/recovery at keys.recovery.recipients",
    says: "not every holder of the recovery key has a key that opens copies",
    byPeople: true,
  },
  {
    what: "F9: two holders and the same recipient twice",
    change: [swap("/keys/recovery/recipients/1", one)],
    finds: "warning keys/recovery at keys.recovery.recipients",
    says: "not every holder of the recovery key has a key that opens copies",
    byPeople: true,
  },
  {
    what: "D13: two categories with one recipient",
    change: [
      set("/keys/categories/customer", { recipient: one }),
      set("/keys/categories/scans", { recipient: one }),
    ],
    finds: "error keys/shared at keys.categories.scans.recipient",
    says: 'whoever opens "customer" opens "scans" too: they have the same recipient',
    byPeople: true,
  },
  {
    what: "F9: the loss of the account is promised, and every key is in it",
    change: [drop("/keys/recovery")],
    finds: "error keys/recovery at keys.recovery",
    says: "nobody can open any copy once the account or the machine with its key is gone",
    byPeople: true,
  },
  {
    what: "a deleted key is gone before anybody misses it",
    change: [set("/keys/deletionWindow", "7d"), swap("/drills/0/every", "30d")],
    finds: "warning keys/deletion-window at keys.deletionWindow",
    says: "a key that somebody deletes can be gone before any verification misses it",
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
]);

test("F9: nothing says that a recovery key without recipients opens copies", () => {
  const without = smallPlan(drop("/keys/recovery/recipients"));

  expect(said(smallPlan(), "keys/recovery").map(({ severity }) => severity)).toEqual(["info"]);
  expect(said(without, "keys/recovery").map(({ severity }) => severity)).toEqual(["error"]);
});
