import { expect, test } from "vitest";

import { seedOf } from "../testing/seed.js";
import { keptForASecond, physicalKills } from "./testing/kills.js";
import { startOffice } from "./testing/office.js";

test("B2, B4, B11: physical backup, verify and restore, killed at any moment, lose no point and leave nothing", async () => {
  const seed = seedOf("SECONDSITE_KILL_SEED");
  await using office = await startOffice(keptForASecond);
  await office.archive();
  const { problems, steps } = await physicalKills(office, 3, seed, console.log);
  console.log(steps.join("\n"));

  expect(problems, `SECONDSITE_KILL_SEED=${seed}`).toEqual([]);
  expect(steps.length).toBeGreaterThan(0);
});
