import { Cron } from "croner";
import { expect, test } from "vitest";
import chat from "../../plans/kubernetes-chat.js";
import { postgresDatasets, stateDatasets } from "../datasets.js";
import { cronOf, upkeepOf } from "./upkeep.js";

const [[name, spec] = ["", undefined]] = postgresDatasets(chat);
if (!spec) throw new Error("no dataset");
const days = (drills: typeof chat.drills) =>
  Object.fromEntries(
    upkeepOf({ drills }, name, spec).map(({ job, schedule }) => [
      job,
      schedule.cron.split(" ").slice(1).join(" "),
    ]),
  );

test("C4, C5: what is verified daily and drilled quarterly by the plan runs daily and quarterly, after the night's backups", () => {
  expect(days(chat.drills)).toEqual({
    verify: "4 * * *",
    prune: "6 * * *",
    lock: "5 * * *",
    drill: "7 1 */3 *",
    replay: "8 1 */3 *",
  });
});

test("without drills nothing is verified or drilled; locks and retention wait for nobody", () => {
  expect(days([])).toEqual({ prune: "6 * * *", lock: "5 * * *" });
  expect(days([{ kind: "integrity", every: "1d", datasets: ["other"] }])).toEqual(days([]));
});

test("of several drills the most frequent counts", () => {
  const drills = [
    { kind: "restore", every: "90d" },
    { kind: "restore", every: "7d", datasets: [name] },
  ] as const satisfies typeof chat.drills;
  expect(days([...drills])).toMatchObject({ drill: "7 * * 0", replay: "8 * * 0" });
});

test("a dataset without dumps has none to prune or restore by the clock; one without physical backups none to replay", () => {
  const physical = { ...spec, backups: spec.backups.filter(({ kind }) => kind !== "logical") };
  expect(upkeepOf(chat, name, physical).map(({ job }) => job)).toEqual(["verify", "lock", "replay"]);
  const logical = { ...spec, backups: spec.backups.filter(({ kind }) => kind === "logical") };
  expect(upkeepOf(chat, name, logical).map(({ job }) => job)).toEqual(["verify", "prune", "lock", "drill"]);
  expect(upkeepOf(chat, name, { ...physical, runs: "server" }).map(({ job }) => job)).toEqual([
    "verify",
    "lock",
  ]);
});

test("C19: copies of Pulumi's state are verified, locked on and pruned; no drill of them runs by the clock", () => {
  const [[state, kept] = ["", undefined]] = stateDatasets(chat);
  expect(kept && upkeepOf(chat, state, kept).map(({ job }) => job)).toEqual(["verify", "prune", "lock"]);
});

const day = 86_400;
test.each([1, 2, 6, 7, 14, 30, 31, 61, 90, 92, 180, 365, 400])(
  "every %i days never comes more than a day in 25 late",
  (every) => {
    const runs = new Cron(cronOf(every * day, 30, 4), { timezone: "UTC" }).nextRuns(
      50,
      new Date("2026-01-01T00:00:00Z"),
    );
    const gaps = runs
      .slice(1)
      .map((run, index) => (run.getTime() - (runs[index]?.getTime() ?? 0)) / 86_400_000);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(every * 1.04);
  },
);
