import { expect, test } from "vitest";

import { testExamples } from "./testing/examples.js";
import { drop, set, smallPlan, swap, troubles } from "./testing/small-plan.js";

const orders = "/datasets/orders/backups";

testExamples([
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
]);

test.each([
  ["age", "error alerts/age"],
  ["job-failed", "error alerts/job-failed"],
  ["storage", "warning alerts/storage"],
])(
  "an alert on %s that would tell nobody is not added by a patch: people say who hears of it",
  (_on, finds) => {
    const plan = smallPlan(set("/alerts", []));
    const found = troubles(plan).filter(({ rule, severity }) => `${severity} ${rule}` === finds);

    expect(found).toHaveLength(1);
    expect(found[0]?.fix).not.toHaveProperty("patch");
    expect(found[0]?.fix?.sentence).toContain("name in to who hears of it");
  },
);

test("an alert that is added tells those who hear of others, storage too", () => {
  const [found] = troubles(smallPlan(drop("/alerts/3")));

  expect(found?.fix?.patch).toEqual([
    { op: "add", path: "/alerts/-", value: { on: "storage", percent: 80, severity: "warning", to: ["ada"] } },
  ]);
});

test("a plan that keeps all of it: nothing is broken or at risk", () => {
  expect(troubles(smallPlan())).toEqual([]);
});
