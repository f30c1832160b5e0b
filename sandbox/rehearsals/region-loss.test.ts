import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test } from "vitest";

import chat from "../../plans/kubernetes-chat.js";
import { silent } from "../progress.js";
import { moment } from "./region-loss.js";
import { Timeline } from "./timeline.js";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "secondsite-load-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** A day whose customer made 20 writes, this many of them committed at an address. */
async function dayWith(committed: number, address: string) {
  const clock = { wall: 0, mono: 0 };
  const operations = Array.from({ length: 20 }, (_, at) => [
    { type: "sent", lane: 0, number: at + 1, at: "2026-01-01T00:00:00.000Z", address, ...clock },
    { type: at < committed ? "committed" : "failed", lane: 0, number: at + 1, ...clock },
  ]);
  const entries = [
    { type: "start", name: "c", seed: "s", rows: 0, lanes: 1, ...clock },
    ...operations.flat(),
  ];
  const ledger = join(folder, "ledger.jsonl");
  await writeFile(ledger, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
  const primary = { site: "virginia", region: "us-east-1", service: "10.0.1.10", health: "10.0.1.10" };
  const signal = new AbortController().signal;
  const timeline = new Timeline(silent);
  return { plan: chat, dataset: "messages", timeline, signal, ledger, primary };
}

test("a customer who writes lets the fault happen", async () => {
  await expect(moment(await dayWith(20, "10.0.1.10"), 0)).resolves.toBeUndefined();
});

test.each([
  [0, "10.0.1.10"],
  [9, "10.0.1.10"],
  [20, "10.0.2.10"],
])("%i writes committed at %s are no load: exit code 3 and no fault", async (committed, address) => {
  await expect(moment(await dayWith(committed, address), 0)).rejects.toMatchObject({
    exitCode: 3,
    message: expect.stringMatching(
      /^the load never ran: of the customer's last 20 writes \d+ were committed at the primary$/,
    ),
  });
});
