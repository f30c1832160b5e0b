import { afterAll, beforeAll, expect, test } from "vitest";

import { killCampaign } from "./testing/kill-campaign.js";
import { type KillDesk, startKillDesk } from "./testing/kills.js";

const seed = Number(process.env.SECONDSITE_KILL_SEED ?? Date.now() % 2 ** 31);

let scene: KillDesk;
beforeAll(async () => {
  scene = await startKillDesk();
});
afterAll(() => scene?.[Symbol.asyncDispose]());

test("B2, B11: backup, restore, verify and prune killed at 20 moments lose no acknowledged point and leave nothing", {
  timeout: 600_000,
}, async () => {
  const { problems, kills } = await killCampaign(scene, 20, seed);
  process.stdout.write(`SECONDSITE_KILL_SEED=${seed}\n${kills.join("\n")}\n`);

  expect(problems, `SECONDSITE_KILL_SEED=${seed}`).toEqual([]);
});
