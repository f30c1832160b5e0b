import { beforeAll, expect, test } from "vitest";

import { silent } from "../../../sandbox/progress.js";
import { ensureTools } from "../../../sandbox/toolchain/index.js";
import type { Runner } from "../../schema/index.js";
import { follow } from "./follow.js";
import { controller, type Question, systemd } from "./testing/runners.js";
import { zoneOf } from "./zone.js";

/** Starts of the proofs' own schedules, beside those of the programs that will really start them. */

const first = new Date("2027-01-01T00:00:00Z");
const from = first.getTime() / 1_000;
const year = 365 * 86_400;
const day = 86_400;

/** Both hemispheres, half an hour, changes at midnight, none at all. */
const zones = [
  ...["America/New_York", "Europe/Berlin", "Europe/London", "Australia/Sydney", "Pacific/Auckland"],
  ...["Australia/Lord_Howe", "America/Santiago", "Atlantic/Azores", "Africa/Cairo", "America/Havana", "UTC"],
];
/** Each with what a timer would be given for it. */
const schedules: readonly (readonly [cron: string, onCalendar: string])[] = [
  ["0 2 * * *", "*-*-* 02:00:00"],
  ["30 2 * * *", "*-*-* 02:30:00"],
  ["15 1 * * *", "*-*-* 01:15:00"],
  ["0 3 * * *", "*-*-* 03:00:00"],
  ["0 0 * * *", "*-*-* 00:00:00"],
  ["30 0 * * *", "*-*-* 00:30:00"],
  ["45 23 * * *", "*-*-* 23:45:00"],
  ["0 */6 * * *", "*-*-* 00,06,12,18:00:00"],
  ["10,40 * * * *", "*-*-* *:10,40:00"],
  ["*/15 0-4 * * *", "*-*-* 00,01,02,03,04:00,15,30,45:00"],
  ["0 12 * * 0", "Sun *-*-* 12:00:00"],
  ["30 0 * * sat,sun", "Sat,Sun *-*-* 00:30:00"],
  ["20 2 1,15,28 * *", "*-*-01,15,28 02:20:00"],
];

/** Two days around each change of a year's clocks, and around one day without. */
function stretches(timeZone: string): { after: number; until: number }[] {
  const changes = zoneOf(timeZone, from, from + year).stretches.slice(1);
  const moments = changes.length > 0 ? changes.map(({ start }) => start) : [from + 100 * day];
  return moments.map((at) => ({ after: at - 2 * day - 1, until: at + 2 * day }));
}

function followed(cron: string, timeZone: string, runner: Runner): number[] {
  const starts: number[] = [];
  follow(
    { cron, timeZone, runner },
    first,
    { start: (at) => starts.push(at), leaveOut: () => undefined },
    true,
  );
  return starts;
}

const between = (starts: readonly number[], after: number, until: number) =>
  starts.filter((at) => at > after && at < until);

let ask: Awaited<ReturnType<typeof controller>>;
beforeAll(async () => {
  const { go } = await ensureTools(["go"], silent);
  ask = await controller(go);
});

test("where clocks change, the controller's own cron library starts when the proofs say", async () => {
  // A schedule's search begins at its last start, as the controller's does.
  const cases = zones.flatMap((timeZone) => schedules.map(([cron]) => ({ timeZone, cron })));
  const ours = cases.map(({ timeZone, cron }) => followed(cron, timeZone, "kubernetes"));
  const questions = cases.map(({ timeZone, cron }, index): Question => {
    const begin = (ours[index] ?? []).findLast((at) => at < from) ?? from;
    return { timeZone, cron, after: begin, until: from + year };
  });
  const answers = await ask(questions);

  expect(answers.flatMap(({ starts }) => starts).length).toBeGreaterThan(100_000);
  cases.forEach(({ timeZone, cron }, index) => {
    const after = questions[index]?.after ?? 0;
    expect({ timeZone, cron, starts: between(ours[index] ?? [], after, from + year) }).toEqual({
      ...{ timeZone, cron, starts: answers[index]?.starts },
    });
  });
});

test.each([
  ...[
    "0 2 * * 7",
    "60 * * * *",
    "0 24 * * *",
    "5-1 * * * *",
    "*/0 * * * *",
    "0 2 * * L",
    "0 2 0 * *",
    "a * * * *",
  ],
])("what the controller refuses is refused: %s", async (cron) => {
  const [answer] = await ask([{ cron, timeZone: "UTC", after: from, until: from + day }]);

  expect(answer?.error).toBeTruthy();
  expect(() => followed(cron, "UTC", "kubernetes")).toThrow(RangeError);
});

test.each(zones)("a timer of systemd elapses when the proofs say, in %s", async (timeZone) => {
  for (const [cron, onCalendar] of schedules) {
    const ours = followed(cron, timeZone, "systemd");
    for (const { after, until } of stretches(timeZone)) {
      const expected = between(ours, after, until);
      const elapsed = await systemd(`${onCalendar} ${timeZone}`, after, until, expected.length + 3);

      expect({ onCalendar, timeZone, elapsed: iso(elapsed) }).toEqual({
        ...{ onCalendar, timeZone, elapsed: iso(expected) },
      });
    }
  }
});

const iso = (starts: readonly number[]) => starts.map((at) => new Date(at * 1_000).toISOString());
