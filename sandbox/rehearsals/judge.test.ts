import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import chat from "../../plans/kubernetes-chat.js";
import { silent } from "../progress.js";
import { judge, type Outcome } from "./judge.js";
import { restored, success } from "./testing/outcomes.js";
import { Timeline } from "./timeline.js";

let folder: string;
let ledger: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "secondsite-judge-"));
  ledger = join(folder, "ledger.jsonl");
  const clock = { wall: 0, mono: 0 };
  const entries = [
    { type: "start", name: "customer", seed: "s", rows: 0, lanes: 1, ...clock },
    { type: "sent", lane: 0, number: 1, at: "2026-01-01T00:00:00.000Z", ...clock },
    { type: "committed", lane: 0, number: 1, affected: 4, ...clock },
    { type: "sent", lane: 0, number: 2, at: "2026-01-01T00:00:00.000Z", ...clock },
    { type: "failed", lane: 0, number: 2, ...clock },
  ];
  await writeFile(ledger, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
});
afterAll(() => rm(folder, { recursive: true }));

type Judged = Omit<Outcome, "ledgers">;
const judged = (outcome: Judged) =>
  judge(
    { plan: chat, timeline: new Timeline(silent) },
    { scenario: "region-loss", seed: 3 },
    { ...outcome, ledgers: [ledger] },
  );

test("a report has the documented shape", () => {
  expect(judged(success).report).toEqual({
    plan: "chat",
    scenario: "region-loss",
    seed: 3,
    objectives: { rtoSeconds: 3600, rpoSeconds: 300 },
    measured: { rtoSeconds: 190, rpoSeconds: 40, rowsCommitted: 4, rowsLost: 12 },
    floorSeconds: 155,
    phases: [],
    verification: { tables: restored.tables },
    verdict: "met",
  });
});

describe("the verdict is missed, with the reason, when", () => {
  const attempt = {
    lane: 0,
    number: 1,
    at: "",
    sent: { wall: 0, mono: 0 },
    outcome: "committed" as const,
  };
  const withContent = (part: Partial<typeof restored>): Judged => ({
    ...success,
    taken: { ...success.taken, restored: { ...restored, ...part } },
  });
  test.each<[string, Judged, string]>([
    [
      "RTO is missed",
      { ...success, taken: { ...success.taken, recoverySeconds: 3601 } },
      "RTO of 3601.0 s is beyond 3600 s",
    ],
    [
      "RPO is missed",
      withContent({ loss: { rows: 1, operations: 1, seconds: 301 } }),
      "RPO of 301.0 s is beyond 300 s",
    ],
    [
      "a table differs",
      withContent({ tables: restored.tables.map((table) => ({ ...table, matches: false })) }),
      'table "messages" differs from what the ledger says',
    ],
    [
      "something is missing in the middle",
      withContent({ survey: { ...restored.survey, holes: [attempt] } }),
      "1 operations are missing in the middle",
    ],
    [
      "the customer never came back",
      { ...success, taken: { ...success.taken, recoverySeconds: undefined } },
      "the customer never wrote again",
    ],
    [
      "nothing was verified",
      { ...success, taken: { ...success.taken, restored: undefined } },
      "no content was verified",
    ],
    [
      "the command failed",
      { ...success, taken: { ...success.taken, failure: "exit code 3" } },
      "exit code 3",
    ],
    [
      "the lost region was asked",
      { ...success, recorded: { ...success.recorded, offences: ["opened"] } },
      "opened",
    ],
    ["two sites wrote", { ...success, wrong: ["two writers"] }, "two writers"],
  ])("%s", (_when, outcome, reason) => {
    const { report, reasons } = judged(outcome);

    expect(report.verdict).toBe("missed");
    expect(reasons).toEqual([reason]);
  });
});
