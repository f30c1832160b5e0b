import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";

import { afterFault, type FaultDesk, startFaultDesk } from "./testing/fault.js";

let desk: FaultDesk;
let newest: string;
let before: string;

beforeAll(async () => {
  desk = await startFaultDesk({}, { backend: "minio", versioned: true });
  await desk.dump();
  newest = await desk.dump();
  // The stores' dates have seconds.
  await sleep(1_100);
  before = new Date().toISOString();
  await sleep(1_100);
});
afterAll(() => desk?.[Symbol.asyncDispose]());

const restore = (...more: string[]) =>
  desk.on("restore", "--kind", "logical", "--site", "office", "--into", "never", ...more);

test("control of fault 13: as of a time before, and as it is, the store holds the same", async () => {
  const done = { operation: "verify", exitCode: 0, outcome: "done", says: /"good": true/ } as const;
  const answer = await desk.on("verify", "--kind", "logical", "--json", "--site", "office");
  await afterFault(desk, answer, { ...done, newest, site: "office" });
  await afterFault(desk, answer, { ...done, newest, site: "office", restoreWith: ["--as-of", before] });
});

test("fault 13: with delete markers on everything the points as of before are listed and restored from that very store", async () => {
  const { office } = desk.stores;
  // The audit log has a fault of its own: 37.
  for (const prefix of ["points/", "manifests/", "keys/"])
    for await (const { key } of office.list(prefix)) await office.delete(key);
  const answer = await restore("--yes");

  const refused = { operation: "restore", exitCode: 1, outcome: "refused" } as const;
  const expected = { ...refused, says: /no point of "tickets" can be restored: there is none/, newest };
  await afterFault(desk, answer, { ...expected, site: "office", restoreWith: ["--as-of", before] });
  // What lies elsewhere was not touched.
  await afterFault(desk, answer, { ...expected, site: "offsite" });
  const listed = await desk.secondsite("points", desk.plan, "--json", "--as-of", before, ...desk.places);
  const { dumps } = JSON.parse(listed.out);
  expect(dumps[0]).toMatchObject({ label: newest, site: "office" });
  expect(dumps.every((one: { problem?: string }) => one.problem === undefined)).toBe(true);
});

test("fault 13: a store without a history cannot look back: it says so, and hides no other", async () => {
  const { code, out } = await desk.secondsite("points", desk.plan, "--as-of", before, ...desk.places);

  expect(code).toBe(0);
  expect(out).toMatch(/tickets at offsite does not answer: .*needs "version-times"/);
  expect(out).toContain(newest);
});

test("nothing is written into the past", async () => {
  const args = ["points", desk.plan, "hold", newest, "--dataset", "tickets", "--reason", "a try"];
  const { code, err } = await desk.secondsite(...args, "--as-of", before, ...desk.places);

  expect(code).toBe(3);
  expect(err).toContain("can only be read");
});
