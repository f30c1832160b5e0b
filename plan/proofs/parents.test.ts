import { testExamples } from "./testing/examples.js";
import { drop, set } from "./testing/small-plan.js";

const orders = "/datasets/orders/backups";
const hourly = {
  ...{ kind: "physical", type: "incremental", keep: "7d", direct: ["apart"], replicated: [] },
  schedule: { kind: "interval", every: "1h", deadline: "10m" },
};
const daily = { kind: "interval", every: "1d", deadline: "1h" };
const full = { kind: "physical", type: "full", direct: ["apart"], replicated: [] };
/** Log would miss its base at the sites that these examples leave out. */
const withoutLog = [drop(`${orders}/1`), drop(`${orders}/0`)];

testExamples([
  {
    what: "an incremental backup without any full one",
    change: [...withoutLog, set(`${orders}/-`, hourly)],
    finds: "error retention/parents at datasets.orders.backups[1]",
    says: "at apart restore nothing: the full one beneath them is not there",
  },
  {
    what: "an incremental backup on each change, without any full one",
    change: [
      ...withoutLog,
      set(`${orders}/-`, { ...hourly, schedule: { kind: "event", on: "change", within: "1h" } }),
    ],
    finds: "error retention/parents at datasets.orders.backups[1]",
    says: "at apart restore nothing: the full one beneath them is not there",
  },
  {
    what: "an incremental backup elsewhere than its full one, which is gone too soon for it besides",
    change: [
      ...withoutLog,
      set(`${orders}/-`, { ...full, schedule: daily, keep: "50h", direct: ["west"] }),
      set(`${orders}/-`, hourly),
    ],
    finds: "error retention/parents at datasets.orders.backups[2]",
    says: "at apart restore nothing: the full one beneath them is not there",
  },
  {
    what: "an incremental backup whose full one is made by an event and gone after a day",
    change: [
      ...withoutLog,
      set(`${orders}/-`, {
        ...{ ...full, keep: "1d" },
        schedule: { kind: "event", on: "upgrade", within: "1h" },
      }),
      set(`${orders}/-`, { ...hourly, keep: "1d" }),
    ],
    finds: "error retention/parents at datasets.orders.backups[2]",
    says: "restore nothing once their full one is gone, and no clock makes the next",
  },
  {
    what: "an incremental backup whose full one is gone before the next is there",
    change: [
      ...withoutLog,
      set(`${orders}/-`, { ...full, schedule: daily, keep: "50h" }),
      set(`${orders}/-`, hourly),
    ],
    finds: "error retention/parents at datasets.orders.backups[2]",
    says: "restore nothing once their full one is gone, which is before the next",
  },
]);
