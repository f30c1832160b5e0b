import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";

import chat from "../../plans/kubernetes-chat.js";
import { InvalidPlan, parsePlan, planJsonSchema } from "../index.js";
import { prove } from "../proofs/index.js";
import { patched } from "../proofs/patched.js";

const asOf = new Date("2026-11-21T00:00:00Z");

/** The chat plan with one place changed, as JSON. */
const changed = (...changes: [path: string, value: unknown][]): unknown =>
  patched(
    chat,
    changes.map(([path, value]) => ({ op: "add", path, value })),
  );

function problemsOf(input: unknown): string[] {
  try {
    parsePlan(input);
    return [];
  } catch (error) {
    if (error instanceof InvalidPlan) return error.problems.map(({ at, message }) => `${at}: ${message}`);
    throw error;
  }
}

test("a dump in parallel has at least two jobs, and room for what is on its way", () => {
  const { backups } = chat.datasets.messages as { backups: { kind: string }[] };
  const index = backups.findIndex(({ kind }) => kind === "logical");
  const at = `datasets.messages.backups[${index}].parallel`;
  const parallel = (value: unknown) =>
    problemsOf(changed([`/datasets/messages/backups/${index}/parallel`, value]));

  expect(parallel({ jobs: 2, staging: "256MiB" })).toEqual([]);
  expect(parallel({ jobs: 1, staging: "255MiB" })).toEqual([
    `${at}.jobs: expected a whole number from 2 to 32, got 1`,
    `${at}.staging: expected a size from "256MiB" on, got "255MiB"`,
  ]);
  for (const jobs of [0, -1, 1.5, "4", 33, null])
    expect(parallel({ jobs, staging: "1GiB" })).toEqual([
      `${at}.jobs: expected a whole number from 2 to 32, got ${JSON.stringify(jobs)}`,
    ]);
});

test.each([
  "recovery.restore",
  "recovery.verification",
  "recovery.replay",
  "sites.virginia.upload",
  "sites.virginia.download",
  "datasets.messages.size",
  "datasets.messages.volume",
])("%s is more than nothing: no step of a recovery takes no time because nothing moves", (at) => {
  const path = `/${at.replaceAll(".", "/")}`;

  for (const nothing of ["0B", "0.0TiB", "0.4B"])
    expect(problemsOf(changed([path, nothing]))).toEqual([`${at}: expected more than 0B, got "${nothing}"`]);
  expect(problemsOf(changed([path, "1B"]))).toEqual([]);
  expect(problemsOf(changed([path, "much"]))).toEqual([`${at}: expected a size such as "10GiB", got "much"`]);
});

test("what is done again and again is done after some time", () => {
  const every = { kind: "interval", every: "0s" };

  expect(problemsOf(changed(["/drills/0/every", "0s"]))).toEqual([
    'drills[0].every: expected more than 0s, got "0s"',
  ]);
  expect(problemsOf(changed(["/datasets/messages/backups/0/schedule", every]))).toEqual([
    'datasets.messages.backups[0].schedule.every: expected more than 0s, got "0s"',
  ]);
});

test("the JSON Schema says so too", () => {
  const validate = new Ajv2020({ validateFormats: false }).compile(planJsonSchema());
  const refused = (path: string, value: unknown) =>
    !validate(JSON.parse(JSON.stringify(changed([path, value]))));

  expect(["0B", "0.0TiB", "1B", "0.5KiB"].map((rate) => refused("/sites/virginia/upload", rate))).toEqual([
    ...[true, true],
    ...[false, false],
  ]);
  expect(["0s", "00.0h", "10s", "0.5h"].map((every) => refused("/drills/0/every", every))).toEqual([
    ...[true, true],
    ...[false, false],
  ]);
  expect(refused("/datasets/messages/changes", "0B")).toBe(false);
});

describe("no arithmetic leaves the numbers", () => {
  const most = "1073741824TiB";
  const least: [string, unknown][] = [
    ["/datasets/messages/size", "1B"],
    ["/sites/virginia/upload", "1B"],
  ];
  test.each<[string, [string, unknown][]]>([
    ["nothing changes", [["/datasets/messages/changes", "0B"], ...least]],
    [
      "everything is huge",
      [
        ["/datasets/messages/size", most],
        ["/datasets/messages/changes", most],
      ],
    ],
    ["and slow", [...least, ["/datasets/messages/changes", most], ["/recovery/restore", "1B"]]],
  ])("%s", (_, changes) => {
    const text = JSON.stringify(prove(parsePlan(changed(...changes)), asOf));

    expect(text).not.toMatch(/\b(?:NaN|Infinity|undefined)\b|takes : /);
  });

  test("what is larger than any store is a slip of the finger", () => {
    expect(problemsOf(changed(["/datasets/messages/changes", `${"9".repeat(310)}TiB`]))[0]).toMatch(
      /^datasets\.messages\.changes: expected a size such as "10GiB"/,
    );
  });
});

describe("a CronJob that has less than 10 seconds to start may never be started", () => {
  const schedule = (runner: string, startWithin: string) =>
    changed([
      "/datasets/messages/backups/0/schedule",
      { kind: "cron", cron: "0 2 * * *", runner, startWithin },
    ]);
  const at = "datasets.messages.backups[0].schedule.startWithin";

  test("Kubernetes: it is refused", () => {
    expect(problemsOf(schedule("kubernetes", "9s"))).toEqual([
      `${at}: expected at least "10s", got "9s": Kubernetes looks that often for what is due, and may never start a run that has less`,
    ]);
    expect(problemsOf(schedule("kubernetes", "10s"))).toEqual([]);
  });

  test("systemd starts what is due", () => {
    expect(problemsOf(schedule("systemd", "9s"))).toEqual([]);
  });

  test("what is no length of time is said once", () => {
    expect(problemsOf(schedule("kubernetes", "soon"))).toEqual([
      `${at}: expected a duration such as "5m", "24h" or "90d", got "soon"`,
    ]);
  });
});
