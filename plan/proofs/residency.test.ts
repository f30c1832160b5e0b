import { expect, test } from "vitest";

import type { PatchStep } from "./finding.js";
import { patchFails, said, set, smallPlan, swap } from "./testing/small-plan.js";

const europe = set("/sites/europe", {
  ...{ kind: "object-store", provider: "aws", region: "eu-west-1", account: "111111111111" },
});
const orders = set("/datasets/orders/residency", ["us"]);

test.each<[string, readonly PatchStep[], string, string]>([
  [
    "a copy",
    [orders, europe, set("/datasets/orders/backups/0/replicated/-", "europe")],
    "error residency/copies at datasets.orders.backups[0]",
    'copies of "orders" at "europe" is outside of where it may be',
  ],
  [
    "log",
    [
      orders,
      europe,
      set("/datasets/orders/backups/0/replicated/-", "europe"),
      set("/datasets/orders/backups/1/replicated/-", "europe"),
    ],
    "error residency/copies at datasets.orders.backups[1]",
    'log of "orders" at "europe"',
  ],
  [
    "the key",
    [orders, europe, set("/keys/categories/customer", { at: ["east", "west", "apart", "europe"] })],
    "error residency/keys at keys.categories.customer.at",
    'the key of "customer" can be used at "europe", outside of where the data may be',
  ],
  [
    "a replica",
    [
      orders,
      set("/sites/ireland", {
        ...{ kind: "aws-region", region: "eu-west-1", account: "111111111111" },
        ...{ role: "standby", mode: "warm" },
      }),
      set("/datasets/orders/backups/-", { kind: "replica", to: "ireland", lag: "1m" }),
      set("/alerts/-", { on: "lag", to: ["ada"] }),
    ],
    "error residency/replica at datasets.orders.backups[3].to",
    'the replica of "orders" at "ireland" is outside of where it may be',
  ],
  [
    "a service",
    [
      orders,
      set("/sites/ireland", {
        ...{ kind: "aws-region", region: "eu-west-1", account: "111111111111" },
        ...{ role: "standby", mode: "warm" },
      }),
      set("/services/shop/at", ["east", "ireland"]),
    ],
    "error residency/service at services.shop.at",
    '"shop" uses "orders" outside of where it may be',
  ],
])("D13: %s outside is found, and moves inside", (_, change, finds, says) => {
  const plan = smallPlan(...change);
  const [, severity, rule = "", at] = /^(\S+) (\S+) at (.*)$/.exec(finds) ?? [];
  const found = said(plan, rule).find((each) => each.severity === severity && each.at === at);

  expect(found?.message).toContain(says);
  if (found) expect(patchFails(plan, found)).toEqual([]);
});

test("D13: a replica that may follow nowhere has no patch: a second one on the same server would be none", () => {
  const server = {
    kind: "vps",
    provider: "hetzner",
    account: "mesh",
    upload: "1GiB",
    download: "1GiB",
  };
  const servers = (...rest: readonly PatchStep[]) =>
    smallPlan(
      set("/sites/falkenstein", { ...server, region: "fsn1", role: "standby", mode: "warm" }),
      set("/sites/ashburn", { ...server, region: "ash", role: "standby", mode: "warm" }),
      set("/datasets/tickets", {
        ...{ kind: "postgres", runs: "server", at: "falkenstein", category: "customer", database: "tickets" },
        ...{ owner: "ada", residency: ["eu"] },
        backups: [
          {
            kind: "logical",
            schedule: { kind: "interval", every: "1h" },
            keep: "7d",
            direct: ["falkenstein"],
          },
          { kind: "replica", to: "ashburn", lag: "1m" },
        ],
      }),
      ...rest,
    );
  const helsinki = set("/sites/helsinki", { ...server, region: "hel1", role: "standby", mode: "warm" });

  expect(said(servers(), "residency/replica").map(({ fix }) => fix)).toEqual([
    { sentence: "add a standby where it may be" },
  ]);
  expect(said(servers(helsinki), "residency/replica").map(({ fix }) => fix?.patch)).toEqual([
    [{ op: "replace", path: "/datasets/tickets/backups/1/to", value: "helsinki" }],
  ]);
});

test("D13: a region's drill leaves out what may be restored nowhere else", () => {
  const plan = smallPlan(
    set("/datasets/scans/regional", true),
    set("/drills/-", { kind: "region", every: "91d", owner: "ada", last: "2026-05-20" }),
  );
  const [found] = said(plan, "residency/drills");

  expect(found?.message).toContain('the region drill would restore "scans" where the data may not be');
  expect(found?.fix?.patch).toEqual([{ op: "add", path: "/drills/2/datasets", value: ["orders"] }]);
  if (found) expect(patchFails(plan, found)).toEqual([]);
});

test("D13: a service that names no site runs at the primary, where its data may not be", () => {
  const plan = smallPlan(
    set("/sites/ireland", {
      ...{ kind: "aws-region", region: "eu-west-1", account: "111111111111" },
      ...{ role: "standby", mode: "warm" },
    }),
    set("/datasets/scans/at", "ireland"),
    set("/datasets/scans/residency", ["eu"]),
  );
  const [found] = said(plan, "residency/service");

  expect(found?.at).toBe("services.shop.at");
  expect(found?.arithmetic).toBe('scans at east: it is under the law of "us"; allowed is "eu"');
  // It uses data from both sides of the ocean; where the rest of it lives it may all be used.
  expect(found?.fix?.patch).toEqual([{ op: "add", path: "/services/shop/at", value: ["ireland"] }]);
});

test("D13: copies of other data bring the key of a category to where its bound data may not be", () => {
  const shared = (...more: readonly PatchStep[]) =>
    smallPlan(europe, swap("/datasets/scans/backups/0/replicated", ["europe"]), orders, ...more);
  const plan = shared(set("/datasets/scans/category", "customer"));
  const [found] = said(plan, "residency/keys");

  expect(found?.at).toBe("datasets.orders.category");
  expect(found?.message).toBe(
    'the key of "customer" opens "scans" at "europe" too, outside of where "orders" may be',
  );
  expect(found?.fix?.patch).toEqual([{ op: "replace", path: "/datasets/orders/category", value: "orders" }]);
  if (found) expect(patchFails(plan, found)).toEqual([]);
  expect(said(shared(), "residency/keys")).toEqual([]);
});

test("D13: a key that another category shares is looked at for the data of both", () => {
  const [found] = said(
    smallPlan(
      ...[europe, orders, swap("/datasets/scans/backups/0/replicated", ["europe"])],
      set("/keys/categories/customer", { sharedWith: "scans" }),
    ),
    "residency/keys",
  );

  expect(found?.at).toBe("datasets.orders.category");
  expect(found?.fix?.patch).toEqual([{ op: "remove", path: "/keys/categories/customer/sharedWith" }]);
});

test("D13: what is lost with its region waits for it, though a standby in that region may have it", () => {
  const bound = (...more: readonly PatchStep[]) =>
    said(
      smallPlan(
        set("/objectives/rto/region", "4h"),
        set("/sites/west/region", "us-east-1"),
        ...[orders, ...more],
      ),
      "residency/restore",
    ).map(({ at, arithmetic }) => `${at}: ${arithmetic}`);

  expect(bound()).toEqual(["datasets.orders.residency: west: it is lost with aws/us-east-1"]);
  expect(bound(set("/objectives/rpoBy/region", { accepted: "it goes with its region" }))).toEqual([]);
});
