import { expect, test } from "vitest";

import { seedOf } from "../testing/seed.js";
import { startOffice } from "./testing/office.js";
import { restoredAtRandom, writtenUnderLoad } from "./testing/random-targets.js";

test("B4: each of 5 random targets under load holds exactly what the order of commits in the log says", async () => {
  const seed = seedOf("SECONDSITE_TARGET_SEED");
  // One copy is enough: what is asked is where a replay ends.
  await using office = await startOffice(
    (backups) => backups.map((one) => ({ ...one, direct: ["office"] })),
    { settings: { wal_keep_size: "1GB" } },
  );
  await office.archive();
  const written = await writtenUnderLoad(office, ["physical", "physical"], 3);

  expect(await restoredAtRandom(office, written, 5, seed)).toEqual([]);
});
