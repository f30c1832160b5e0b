import { expect, test } from "vitest";

import { seedOf } from "../testing/seed.js";
import { startOffice } from "./testing/office.js";
import { missedInOffice } from "./testing/random-damage.js";
import { restoredAtRandom, writtenUnderLoad } from "./testing/random-targets.js";

/** A full backup in one copy, and what adds to it. */
const small = (backups: Record<string, unknown>[]) => {
  const own = backups.map((one) => ({ ...one, direct: ["office"] }));
  const base = own.find(({ kind }: Record<string, unknown>) => kind === "physical");
  return [...own, { ...base, type: "differential" }, { ...base, type: "incremental" }];
};
const kinds = ["physical-1", "physical-3", "physical-2", "physical-3", "physical-1"];

test("B4: each of 50 random targets under load holds exactly what the order of commits in the log says", async () => {
  const seed = seedOf("SECONDSITE_TARGET_SEED");
  await using office = await startOffice(small, { settings: { wal_keep_size: "4GB" } });
  await office.archive();
  const written = await writtenUnderLoad(office, kinds, 10);

  expect(await restoredAtRandom(office, written, 50, seed)).toEqual([]);
});

test("faults 2 and 6: each of 100 bytes that are changed anywhere in a point is found", async () => {
  const seed = seedOf("SECONDSITE_DAMAGE_SEED");
  await using office = await startOffice(small);
  await office.archive();
  for (const kind of kinds) await office.succeed("backup", "tickets", "--kind", kind);

  expect(await missedInOffice(office, 100, seed)).toEqual([]);
});
