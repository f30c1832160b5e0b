import fc from "fast-check";
import { expect, test } from "vitest";

import type { Plan } from "../schema/index.js";
import type { PatchStep } from "./finding.js";
import { patched } from "./patched.js";
import { residency } from "./residency.js";
import { asOf, patchFails, said, set, smallPlan, swap } from "./testing/small-plan.js";

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

/**
 * Countries of the regions that plans are generated with, written down again: what the proofs read them from must not
 * be what they are judged by.
 */
const places = {
  virginia: ["us-east-1", "us"],
  oregon: ["us-west-2", "us"],
  frankfurt: ["eu-central-1", "de"],
  paris: ["eu-west-3", "fr"],
  dublin: ["eu-west-1", "ie"],
  sydney: ["ap-southeast-2", "au"],
} as const;
type Place = keyof typeof places;
const names = Object.keys(places) as Place[];
const european = ["de", "fr", "ie"];

/** Whether data bound to laws may be in a place, asked of the countries alone. */
const allowed = (laws: readonly string[], place: string) => {
  const [, country] = places[place as Place];
  return laws.includes(country) || (laws.includes("eu") && european.includes(country));
};

const somePlaces = fc.uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: 3 });
const anyPlan = fc
  .record({
    laws: fc.constantFrom(["us"], ["eu"], ["de"], ["us", "eu"], ["de", "au"]),
    regional: fc.boolean(),
    home: fc.constantFrom<Place>("virginia", "frankfurt"),
    direct: somePlaces,
    replicated: somePlaces,
    replica: fc.option(fc.constantFrom<Place>("virginia", "frankfurt", "dublin", "oregon"), {
      nil: undefined,
    }),
    serves: fc.option(somePlaces, { nil: undefined }),
    key: fc.option(somePlaces, { nil: undefined }),
    drill: fc.constantFrom("restore", "region", "full"),
  })
  .map((made) => ({
    ...made,
    plan: patched(smallPlan(), [
      ...names.map((name) =>
        set(`/sites/${name}`, {
          ...{ kind: "aws-region", region: places[name][0], account: "111111111111", role: "standby" },
          ...{ mode: "warm", rolePath: "/", tags: {}, upload: "1GiB", download: "1GiB" },
        }),
      ),
      swap("/datasets/orders/at", made.home),
      set("/datasets/orders/residency", made.laws),
      set("/datasets/orders/regional", made.regional),
      swap("/datasets/orders/backups/0/direct", made.direct),
      swap("/datasets/orders/backups/0/replicated", made.replicated),
      swap("/datasets/orders/backups/1/direct", made.direct),
      swap("/datasets/orders/backups/1/replicated", []),
      swap("/datasets/orders/backups/2/direct", made.direct),
      ...(made.replica
        ? [
            set("/datasets/orders/backups/-", {
              ...{ kind: "replica", to: made.replica, lag: "1m", synchronous: false },
            }),
          ]
        : []),
      set("/services/shop/at", made.serves ?? [made.home]),
      ...(made.key ? [set("/keys/categories/customer", { at: made.key })] : []),
      set("/drills/0/kind", made.drill),
    ] satisfies PatchStep[]),
  }));

/** Every place outside that the data of `orders` can get to, by looking at the plan alone. */
function leaks(plan: Plan, laws: readonly string[], regional: boolean): string[] {
  const { orders } = plan.datasets;
  if (orders?.kind !== "postgres") throw new Error("the plan has changed");
  const mayRun = (place: string) => allowed(laws, place) && (!regional || place === orders.at);
  const found: string[] = [];
  const check = (what: string, place: string, may: (place: string) => boolean) => {
    // Sites that a fix adds are judged by what they state.
    if (place in places && !may(place)) found.push(`${what} at ${place}`);
  };
  check("home", orders.at, mayRun);
  for (const backup of orders.backups) {
    if (backup.kind === "replica") check("replica", backup.to, mayRun);
    // Whole regions run things, so what is regional may not be stored in another one of them.
    else for (const site of [...backup.direct, ...backup.replicated]) check("copy", site, mayRun);
  }
  for (const site of plan.services.shop?.at ?? []) check("service", site, mayRun);
  for (const site of plan.keys.categories.customer?.at ?? [])
    check("key", site, (place) => allowed(laws, place));
  const takesOver = plan.drills.some(
    ({ kind, datasets }) =>
      (kind === "region" || kind === "full") && (!datasets || datasets.includes("orders")),
  );
  const somewhere = Object.entries(plan.sites).some(
    ([site, { kind }]) => kind === "aws-region" && site !== orders.at && site in places && mayRun(site),
  );
  const others = ["west"].some(() => laws.includes("us") && !regional);
  if (takesOver && !somewhere && !others) found.push("drill");
  return found;
}

test("D13: under any plan, no finding means that nothing is reachable outside, and a leak is always found", () => {
  let clean = 0;
  fc.assert(
    fc.property(anyPlan, ({ plan, laws, regional }) => {
      const errors = residency(plan, asOf).filter(({ severity }) => severity === "error");
      const leaking = leaks(plan, laws, regional);
      if (errors.length === 0) clean += 1;

      expect(
        errors.map(({ rule, at }) => `${rule} ${at}`).length > 0,
        JSON.stringify({ leaking, errors: errors.map(({ rule, arithmetic }) => [rule, arithmetic]) }),
      ).toBe(leaking.length > 0);
    }),
    { numRuns: 400, seed: 3 },
  );
  expect(clean).toBeGreaterThan(5);
});

test("D13: patches, one after the other, bring all inside, wherever the data itself lives where it may", () => {
  let mended = 0;
  fc.assert(
    fc.property(anyPlan, ({ plan, laws, regional }) => {
      const { orders } = plan.datasets;
      fc.pre(orders?.kind === "postgres" && allowed(laws, orders.at));
      let now = plan;
      let patch: readonly PatchStep[] | undefined = [];
      for (let tries = 0; patch && tries < 20; tries += 1) {
        now = patched(now, patch);
        patch = residency(now, asOf).find(({ severity, fix }) => severity === "error" && fix?.patch)?.fix
          ?.patch;
      }
      if (now !== plan) mended += 1;
      // Where a service runs nowhere inside, its place is for people to choose.
      expect(leaks(now, laws, regional).filter((leak) => !leak.startsWith("service"))).toEqual([]);
      expect(patch).toBeUndefined();
    }),
    { numRuns: 80, seed: 5 },
  );
  expect(mended).toBeGreaterThan(30);
});
