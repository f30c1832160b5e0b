import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

import { machineOn } from "./testing/machine.js";
import { type Office, startOffice } from "./testing/office.js";

let desk: Office;
const labels: string[] = [];
/** What the last backup told. */
let told = "";

/** Each copy is a repository of its own, whose labels are its own. Keeps backups for a second: what is not the newest older one goes with the next run. */
beforeAll(async () => {
  desk = await startOffice((backups) =>
    backups.map((backup) => (backup.kind === "physical" ? { ...backup, keep: "1s" } : backup)),
  );
  await desk.machine.sql("CREATE DATABASE desk", "CREATE TABLE ledger (note text)");
  await desk.on("archive", "tickets", "--yes");
  await desk.machine.restart();
  expect((await desk.on("archive", "tickets", "--yes")).code).toBe(0);
});
afterAll(() => desk?.[Symbol.asyncDispose]());

/** Takes a backup; what the server holds then is its number. */
async function backup(): Promise<string> {
  await desk.machine.sql(`INSERT INTO ledger VALUES ('${labels.length + 1}')`);
  const { out, err } = await desk.on("backup", "tickets", "--kind", "physical", "--json");
  const label = JSON.parse(out || "{}").points?.[0]?.label;
  expect(label, err).toBeTypeOf("string");
  told = err;
  labels.push(label);
  return label;
}
const kept = async () => {
  const { out } = await desk.on("points", "--kind", "physical", "--json");
  const points: { label: string; site: string; problem?: string }[] = JSON.parse(out).points;
  expect(points.filter(({ problem }) => problem !== undefined)).toEqual([]);
  return points
    .filter(({ site }) => site === "office")
    .map(({ label }) => label)
    .sort();
};
const stored = async () =>
  (await readdir(join(desk.copies.office, "pgbackrest/tickets/e000001/backup/tickets")))
    .filter((name) => /^\d{8}-\d{6}F/.test(name))
    .sort();
const verified = async () => {
  const { code, out } = await desk.on("verify", "--kind", "physical");
  expect(code, out).toBe(0);
};
const say = (action: string, label: string) =>
  desk.on("points", action, label, "--dataset", "tickets", "--reason", "court order 7");

test("fault 17: while nobody has verified a point nothing is dropped, and the backup says so", async () => {
  const first = await backup();
  expect(await say("hold", first)).toMatchObject({ code: 0, out: `${first} is held at office\n` });
  expect((await desk.on("points", "--kind", "physical")).out.replace(/\s+/g, " ")).toContain("court order 7");
  for (let count = 0; count < 2; count += 1) await backup();

  expect(told).toContain("nothing is dropped: no point is verified, at office");
  expect(await stored()).toEqual(labels);
});

test("B3: a held physical point outlives retention, and is still restored; one that is not held goes, in chain and repository", async () => {
  const [first = ""] = labels;
  await verified();
  await backup();

  // The newest that is older than what is kept stays: log is replayed onto it.
  const expected = [first, labels[2], labels[3]];
  expect(await kept()).toEqual(expected);
  expect(await stored()).toEqual(expected);
  const { code, err, into } = await desk.restore("--kind", "physical", "--point", first);
  expect(code, err).toBe(0);
  const machine = machineOn(into);
  await machine.start();
  const [rows] = await machine.sql("SELECT note FROM ledger").finally(() => machine.stop());
  expect(rows?.rows).toEqual([{ note: "1" }]);
});

test("released, it goes with the next run; verify finds nothing wrong with what is left", async () => {
  const [first = ""] = labels;
  expect(await say("release", first)).toMatchObject({ code: 0 });
  await verified();
  await backup();

  expect(await stored()).toEqual(labels.slice(-2));
  expect(await kept()).toEqual(labels.slice(-2));
  await verified();
});

test("a label that no copy has is refused", async () => {
  const { code, err } = await say("hold", "20200101-000000F");
  expect(err).toContain('no copy has a point "20200101-000000F" of "tickets"');
  expect(code).toBe(2);
});
