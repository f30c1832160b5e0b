import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";

import { type CategoryKey, categoryKey } from "./testing/cloud-keys.js";
import { afterFault, type FaultDesk, startFaultDesk } from "./testing/fault.js";

let desk: FaultDesk;
let newest: string;
let key: CategoryKey;

beforeAll(async () => {
  desk = await startFaultDesk({}, { keys: "kms", backend: "ministack" });
  key = await categoryKey(desk.office);
  newest = await desk.dump();
});
afterEach(async () => {
  desk.proxy.inject(() => "none");
  await key.enable();
});
afterAll(() => desk?.[Symbol.asyncDispose]());

/** With no key at hand but the cloud's. */
const restore = (...more: string[]) =>
  desk.on("restore", "--kind", "logical", "--into", "elsewhere", "--yes", "--json", ...more);
const done = { operation: "restore", exitCode: 0, outcome: "done", says: /"restored": true/ } as const;
const failed = { operation: "restore", exitCode: 3, outcome: "failed" } as const;

async function databases(): Promise<string[]> {
  const [found] = await desk.server.sql(
    desk.server.address,
    "SELECT datname FROM pg_database WHERE datname LIKE 'elsewhere%'",
  );
  return (found?.rows ?? []).map(({ datname }) => datname);
}
const clear = () => desk.server.sql(desk.server.address, "DROP DATABASE elsewhere");

test("control of faults 7 and 41: the key service opens a dump, and it restores", async () => {
  await afterFault(desk, await restore("--site", "office"), { ...done, newest });
  await clear();
});

test("fault 7: a key that is disabled in the key service is named, with its region, before the target is touched", async () => {
  await key.disable("eu-west-1");
  const answer = await restore("--site", "office");

  expect(await databases()).toEqual([]);
  expect(answer.err).not.toContain("restoring");
  const says = /alias\/desk-customer in eu-west-1 does not unwrap: DisabledException/;
  await afterFault(desk, answer, { ...failed, says, newest });
});

test("fault 41: with the region, all that was known here and its key lost, the key's replica opens the other copy", async () => {
  await key.disable("eu-west-1");
  desk.proxy.inject(() => "cut-request");
  await rm(join(desk.folder, "state"), { recursive: true, force: true });
  const answer = await restore();
  desk.proxy.inject(() => "none");

  expect(JSON.parse(answer.out).point).toMatchObject({ label: newest, site: "offsite" });
  await afterFault(desk, answer, { ...done, newest });
  await clear();
});

test("fault 41: without the key's replica nothing opens it but a holder's file", async () => {
  await key.disable("eu-west-1");
  await key.disable("eu-central-1");
  desk.proxy.inject(() => "cut-request");
  const locked = await restore();
  const [identity = ""] = desk.holders;
  const opened = await restore("--identity", identity);
  desk.proxy.inject(() => "none");

  const says = /alias\/desk-customer in eu-central-1 does not unwrap: DisabledException/;
  expect(locked).toMatchObject({ code: 3, err: expect.stringMatching(says) });
  await afterFault(desk, opened, { ...done, newest });
  await clear();
});
