import { randomInt } from "node:crypto";
import { expect, test } from "vitest";

import { startOffice } from "./testing/office.js";
import { restoredAtRandom, writtenUnderLoad } from "./testing/random-targets.js";

test("B4: each of 5 random targets under load holds exactly what the order of commits in the log says", async () => {
  const seed = Number(process.env.SECONDSITE_TARGET_SEED ?? randomInt(2 ** 31));
  console.log(`SECONDSITE_TARGET_SEED=${seed}`);
  // One copy is enough: what is asked is where a replay ends.
  await using office = await startOffice(
    (backups) => backups.map((one) => ({ ...one, direct: ["office"] })),
    { settings: { wal_keep_size: "1GB" } },
  );
  await office.archive();
  const written = await writtenUnderLoad(office, ["physical", "physical"], 3);

  expect(await restoredAtRandom(office, written, 5, seed)).toEqual([]);
});
