import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";

import { judgeChain, readChain, signersIn } from "../../vault/index.js";
import { seedOf } from "../testing/seed.js";
import { afterFault, type FaultDesk, startFaultDesk } from "./testing/fault.js";
import { missedOffsite } from "./testing/random-damage.js";

let desk: FaultDesk;
let older: string;
let newer: string;

beforeAll(async () => {
  desk = await startFaultDesk();
  older = await desk.dump();
  newer = await desk.dump();
});
afterAll(() => desk?.[Symbol.asyncDispose]());

const folderOf = (label: string) => `points/tickets/logical/${label}/`;
const dumpOf = (label: string) => `${folderOf(label)}dump.pgc.zst`;
const chain = "manifests/tickets/e000001/";
const verify = (...more: string[]) =>
  desk.on("verify", "--kind", "logical", "--json", "--site", "office", ...more);
const good = { operation: "verify", exitCode: 0, outcome: "done", says: /"good": true/ } as const;
const bad = { operation: "verify", exitCode: 1, outcome: "done", site: "office" } as const;

/** Changes one object at the office, and puts it back when the test is over. */
async function changed(key: string, change: (body: Buffer) => Buffer | undefined) {
  const { office } = desk.stores;
  const body = Buffer.from((await office.get(key)) ?? "");
  expect(body.length).toBeGreaterThan(0);
  const after = change(Buffer.from(body));
  await (after ? office.put(key, after) : office.delete(key));
  return {
    async [Symbol.asyncDispose]() {
      await office.put(key, body);
      // What was found stands in the chain until something else is found: what is mended is good again.
      expect((await verify()).code).toBe(0);
    },
  };
}

const flipped = (body: Buffer) => {
  const at = Math.floor(body.length / 2);
  body[at] = (body[at] ?? 0) ^ 1;
  return body;
};

test("control of faults 2, 6 and 11: what nobody touched is good, and the newest is offered", async () => {
  await afterFault(desk, await verify(), { ...good, newest: newer });
});

test("fault 2: a byte that flipped in a stored dump is named by its object, and the older good point offered", async () => {
  await using _ = await changed(dumpOf(newer), flipped);
  const answer = await verify();

  const { points } = JSON.parse(answer.out).dumps[0];
  expect(points.find((one: { label: string }) => one.label === newer)).toMatchObject({
    faults: [{ item: dumpOf(newer) }],
    instead: { label: older, site: "office" },
  });
  await afterFault(desk, answer, { ...bad, says: new RegExp(dumpOf(newer)), newest: older });
});

test("fault 2: without the comparison nobody would know: the object is as long as it was, and is listed as it was", async () => {
  const before = await desk.stores.office.head(dumpOf(newer));
  await using _ = await changed(dumpOf(newer), flipped);
  const { out } = await desk.secondsite("points", desk.plan, "--json", "--site", "office", ...desk.places);

  expect((await desk.stores.office.head(dumpOf(newer)))?.bytes).toBe(before?.bytes);
  expect(JSON.parse(out).dumps.map((one: { problem?: string }) => one.problem)).toEqual([
    undefined,
    undefined,
  ]);
});

test("C5, faults 2 and 6: each of 100 bytes that are changed anywhere in dumps, entries and keys is found", async () => {
  const about = { dataset: "tickets", kind: "logical" };
  expect(await missedOffsite(desk, about, 100, seedOf("SECONDSITE_DAMAGE_SEED"))).toEqual([]);
});

test.for<[string, string, (body: Buffer) => Buffer | undefined, RegExp]>([
  ["truncated", "dump.pgc.zst", (body) => body.subarray(0, -1), /bytes instead of/],
  ["replaced at the same size", "server.json", (body) => randomBytes(body.length), /the checksum differs/],
])(
  "fault 6: a dump whose file is %s is found by its name, and the older point restores",
  async ([, file, change, says]) => {
    await using _ = await changed(`${folderOf(newer)}${file}`, change);
    const answer = await verify();

    const { points } = JSON.parse(answer.out).dumps[0];
    const found = points.find((one: { label: string }) => one.label === newer).faults;
    expect(found).toMatchObject([
      { item: `${folderOf(newer)}${file}`, message: expect.stringMatching(says) },
    ]);
    await afterFault(desk, answer, { ...bad, says, newest: older });
  },
);

test("fault 6: a file that was added changes nothing: only what an entry names is ever read", async () => {
  const key = `${folderOf(newer)}dump.pgc.zst.1`;
  await desk.stores.office.put(key, "#!/bin/sh");
  await afterFault(desk, await verify(), { ...good, newest: newer });
  await desk.stores.office.delete(key);
});

test("fault 6: an altered manifest is named, its point never chosen, and nothing is dropped behind it", async () => {
  const key = `${chain}00000002.json`;
  const forged = (body: Buffer) =>
    Buffer.from(body.toString("utf8").replace(/("takenAt": ?)"desk"/, '$1"dask"'));
  await using _ = await changed(key, forged);
  const answer = await verify();

  expect(JSON.parse(answer.out).dumps[0].faults[0]).toContain(key);
  await afterFault(desk, answer, { ...bad, says: /00000002\.json/, newest: older });
  const prune = await desk.on("prune", "--site", "office", "--yes");
  await afterFault(desk, prune, {
    ...{ operation: "prune", exitCode: 1, outcome: "done", says: /its chain is damaged/ },
    ...{ newest: older, site: "office" },
  });
  // Without signatures and links every entry would be believed.
  const store = desk.stores.office;
  const entries = await readChain(store, chain);
  const trusted = await signersIn({ store, plan: "desk", dataset: "tickets", keys: [] });
  const expected = { prefix: chain, plan: "desk", dataset: "tickets", site: "office", epoch: 1, trusted };
  expect(judgeChain(entries, expected).faults).not.toEqual([]);
  expect(entries.every(({ entry }) => entry !== undefined)).toBe(true);
});

test("fault 11: an entry without its object is a fault, and never what is chosen", async () => {
  await using _ = await changed(dumpOf(newer), () => undefined);
  const { out } = await desk.secondsite("points", desk.plan, "--json", "--site", "office", ...desk.places);
  expect(JSON.parse(out).dumps[0]).toMatchObject({ label: newer, problem: `${dumpOf(newer)} is missing` });

  await afterFault(desk, await verify(), { ...bad, says: /is missing/, newest: older });
  const named = await desk.on("restore", "--kind", "logical", "--site", "office", "--point", newer, "--yes");
  await afterFault(desk, named, {
    ...{ operation: "restore", exitCode: 1, outcome: "refused", says: /dump\.pgc\.zst is missing/ },
    ...{ newest: older, site: "office" },
  });
});
