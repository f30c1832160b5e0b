import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";

import { afterFault, type FaultDesk, startFaultDesk } from "./testing/fault.js";

let desk: FaultDesk;
let [older, newest]: [string, string] = ["", ""];
let holder = "";

beforeAll(async () => {
  desk = await startFaultDesk();
  [holder = ""] = desk.holders;
  older = await desk.dump();
  await replicate(() => true);
  newest = await desk.dump();
});
afterEach(() => desk.proxy.inject(() => "none"));
afterAll(() => desk?.[Symbol.asyncDispose]());

/** What the office's own replication does: every object as it is, to the mirror in another town. */
async function replicate(wanted: (key: string) => boolean): Promise<void> {
  const { office, branch } = desk.stores;
  for (const prefix of ["keys/", "points/", "manifests/"])
    for await (const { key } of office.list(prefix))
      if (wanted(key)) await branch.put(key, (await office.get(key)) ?? "");
}

const branch = { site: "branch" } as const;
const restore = (...more: string[]) =>
  desk.on(
    "restore",
    "--kind",
    "logical",
    "--site",
    "branch",
    "--into",
    "mirrored",
    "--identity",
    holder,
    ...more,
  );
const done = { operation: "restore", exitCode: 0, outcome: "done", says: /is done/ } as const;

async function ofBranch(): Promise<{ label: string; problem?: string }[]> {
  const { out } = await desk.secondsite("points", desk.plan, "--json", "--site", "branch", ...desk.places);
  return JSON.parse(out).dumps;
}

test("fault 12: a set that is half replicated is not counted, and the replica restores its last complete one", async () => {
  await replicate((key) => !key.endsWith("/dump.pgc.zst"));
  const [half, whole] = await ofBranch();
  expect(half).toMatchObject({ label: newest, problem: expect.stringMatching(/dump\.pgc\.zst is missing/) });
  expect(whole?.problem).toBeUndefined();
  const now = new Date().toISOString();
  const at = ["--json", "--site", "branch", "--at", now, ...desk.places];
  const { out } = await desk.secondsite("points", desk.plan, ...at);
  expect(JSON.parse(out).set).toMatchObject([{ label: older, site: "branch" }]);

  await afterFault(desk, await restore("--yes"), { ...done, ...branch, newest: older });
  const named = await restore("--yes", "--point", newest);
  await afterFault(desk, named, {
    ...{ operation: "restore", exitCode: 1, outcome: "refused", says: /is missing/ },
    ...{ ...branch, newest: older },
  });
});

test("control of fault 12: once all of it has arrived it is the newest there, and restores", async () => {
  await replicate(() => true);
  expect((await ofBranch()).map(({ problem }) => problem)).toEqual([undefined, undefined]);
  await afterFault(desk, await restore("--yes", "--replace", older), { ...done, ...branch, newest });
});

test("fault 12: a chain that was written for no copy of this dataset is no replica's", async () => {
  const { branch: store } = desk.stores;
  const key = "manifests/tickets/e000001/00000001.json";
  const before = Buffer.from((await store.get(key)) ?? "");
  await store.put(key, before.toString("utf8").replace(/("site": ?)"office"/, '$1"moon"'));

  expect((await ofBranch()).every(({ problem }) => problem !== undefined)).toBe(true);
  await store.put(key, before);
});

test("fault 41: with the office, all that was known here and its operators' key lost, one holder's file restores from the other copy", async () => {
  desk.proxy.inject(() => "cut-request");
  await rm(join(desk.folder, "state"), { recursive: true, force: true });
  const [, other = ""] = desk.holders;
  const args = ["--kind", "logical", "--into", "again", "--identity", other, "--yes", "--json"];
  const answer = await desk.on("restore", ...args);
  expect(JSON.parse(answer.out).point).toMatchObject({ label: newest, site: "offsite" });
  await desk.server.sql(desk.server.address, "DROP DATABASE again");
  desk.proxy.inject(() => "none");

  await afterFault(desk, answer, { ...done, says: /"restored": true/, newest });
});
