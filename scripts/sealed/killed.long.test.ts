// The same kills, ten times as many. SECONDSITE_KILL_SEED chooses others.
import { afterAll, beforeAll, expect, test } from "vitest";

import { seedOf } from "../testing/seed.js";
import { killCampaign } from "./testing/kill-campaign.js";
import { type KillDesk, startKillDesk } from "./testing/kills.js";

const seed = seedOf("SECONDSITE_KILL_SEED");

let scene: KillDesk;
beforeAll(async () => {
  scene = await startKillDesk();
});
afterAll(() => scene?.[Symbol.asyncDispose]());

test("B2, B11: 200 kills of backup, restore, verify and prune, at each boundary of their store calls", async () => {
  const tell = (line: string) => process.stdout.write(`${line}\n`);
  const { problems, kills, missed } = await killCampaign(scene, 200, seed, true, tell);
  tell(kills.join("\n"));

  expect(problems, `SECONDSITE_KILL_SEED=${seed}`).toEqual([]);
  expect(missed).toEqual([]);
});
