import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";

import { type Backend, startBackend } from "../../vault/testing/backends.js";
import { amazon, type CategoryKey, categoryKey } from "../sealed/testing/cloud-keys.js";
import { machineOn } from "./testing/machine.js";
import { type Office, startOffice } from "./testing/office.js";

let cloud: Backend;
let office: Office;
let key: CategoryKey;

beforeAll(async () => {
  cloud = await startBackend("ministack");
  office = await startOffice(undefined, { keys: "kms" });
  amazon(cloud);
  key = await categoryKey(cloud.endpoint);
  await office.archive();
  await office.machine.sql("CREATE TABLE ledger (id int)", "INSERT INTO ledger VALUES (1)");
  await office.succeed("backup", "tickets", "--kind", "physical");
  await office.machine.sql("INSERT INTO ledger VALUES (2)");
  await office.archived();
});
afterEach(() => key.enable());
afterAll(async () => {
  await office?.[Symbol.asyncDispose]();
  await cloud?.stop();
});

/** A restore into a folder of its own, with no key at hand but the cloud's and those that are given. */
async function restore(...more: string[]) {
  const into = join(await office.room(), "data");
  const answer = await office.on("restore", "--into-folder", into, "--yes", ...more);
  return { ...answer, into };
}
const untouched = async (into: string) => {
  for (const folder of [into, `${into}.restoring`]) await expect(stat(folder)).rejects.toThrow("ENOENT");
};
async function ids(into: string) {
  await using machine = machineOn(into);
  await machine.start();
  const [ledger] = await machine.sql("SELECT id FROM ledger ORDER BY id");
  return ledger?.rows.map(({ id }) => id);
}

test("control of fault 7: the key service wraps the passphrase at every copy, opens it, and a restore holds everything", async () => {
  for (const copy of Object.values(office.copies)) {
    const { wrapped } = JSON.parse(await readFile(join(copy, "keys/tickets/passphrase.json"), "utf8"));
    expect(wrapped.map(({ kind }: { kind: string }) => kind).sort()).toEqual(["age", "kms"]);
  }
  const { code, err, into } = await restore("--site", "office");
  expect(code, err).toBe(0);
  expect(await ids(into)).toEqual([1, 2]);
  const deep = await office.on("verify", "--kind", "physical", "--level", "structural", "--json");
  expect(deep, deep.err).toMatchObject({ code: 0 });
  for (const { recorded } of JSON.parse(deep.out).points) expect(recorded).toBe(true);
});

test("fault 7: a key that is disabled is named with its region, before the target is touched", async () => {
  await key.disable("eu-west-1");
  const { code, err, into } = await restore("--site", "office");
  expect({ code, err }).toMatchObject({
    code: 3,
    err: expect.stringMatching(/alias\/desk-customer in eu-west-1 does not unwrap: DisabledException/),
  });
  await untouched(into);
});

test("fault 7: a key of that name that is another opens nothing, and the target is not touched", async () => {
  const undo = await key.exchange("eu-west-1");
  const { code, err, into } = await restore("--site", "office");
  await undo();
  expect({ code, err }).toMatchObject({
    code: 3,
    err: expect.stringMatching(/alias\/desk-customer in eu-west-1 does not unwrap: /),
  });
  await untouched(into);
});

test("fault 7: without the key no backup is taken, and the points that are there stay as they are", async () => {
  const listed = async () =>
    JSON.parse(await office.succeed("points", "--kind", "physical", "--json")).points;
  const before = await listed();
  for (const region of ["eu-west-1", "eu-central-1"] as const) await key.disable(region);
  expect(await office.on("backup", "tickets", "--kind", "physical")).toMatchObject({
    code: 3,
    err: expect.stringMatching(/does not unwrap: DisabledException/),
  });
  expect(await listed()).toEqual(before);
});

test("fault 41: the key's replica opens the other copy; without it nothing does but a holder's file", async () => {
  await key.disable("eu-west-1");
  const replica = await restore("--site", "offsite");
  expect(replica.code, replica.err).toBe(0);
  expect(await ids(replica.into)).toEqual([1, 2]);

  await key.disable("eu-central-1");
  const locked = await restore("--site", "offsite");
  expect(locked).toMatchObject({ code: 3, err: expect.stringContaining("eu-central-1 does not unwrap") });
  await untouched(locked.into);
  const opened = await restore("--site", "offsite", "--identity", office.holder);
  expect(opened.code, opened.err).toBe(0);
  expect(await ids(opened.into)).toEqual([1, 2]);
});
