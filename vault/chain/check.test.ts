import { generateKeyPairSync } from "node:crypto";

import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";

import { manifestKey } from "../manifest.js";
import { type MemoryStore, memoryStore } from "../testing/memory-store.js";
import { appendEntry, readChain } from "./chain.js";
import { type ChainExpectation, judgeChain } from "./check.js";
import { type EntryContent, formatEntry } from "./entry.js";
import { keptBecause, livePoints } from "./points.js";
import { type Signer, signerFrom } from "./signer.js";

const prefix = "manifests/messages/e000001/";
const where = { plan: "chat", dataset: "messages", site: "oregon", epoch: 1 };
const pair = generateKeyPairSync("ed25519");
const signer = signerFrom("signing-000001", pair.privateKey);
const stranger = signerFrom("signing-000001", generateKeyPairSync("ed25519").privateKey);
const trusted = new Map([[signer.fingerprint, pair.publicKey]]);
const length = 6;

const point = (label: string): EntryContent => ({
  ...where,
  entry: "point",
  takenAt: "virginia",
  kind: "logical",
  label,
  startedAt: "2026-05-01T00:00:00Z",
  finishedAt: "2026-05-01T00:01:00Z",
  source: { engine: "postgresql", version: "15.18", lsn: "0/1500028" },
  tool: { name: "pg_dump", version: "15.18" },
  bytes: { source: 1_000, stored: 300 },
  parts: [{ key: `dumps/messages/${label}`, bytes: 300, sha256: "a".repeat(64) }],
  restore: [["pg_restore", "--dbname=messages", "dump"]],
});

async function written(
  by: Signer = signer,
  change: Partial<typeof where> = {},
  day = "2026-05-01",
): Promise<MemoryStore> {
  const now = () => new Date(`${day}T00:02:00Z`);
  const store = memoryStore();
  const first = await appendEntry(store, prefix, { ...point("one"), ...change }, by, now);
  await appendEntry(
    store,
    prefix,
    { ...point("two"), ...change, parent: { sequence: 1, sha256: first.sha256 } } as EntryContent,
    by,
    now,
  );
  const third = await appendEntry(store, prefix, { ...point("three"), ...change }, by, now);
  const named = { sequence: 3, sha256: third.sha256 };
  await appendEntry(
    store,
    prefix,
    { ...where, ...change, entry: "hold", point: named, by: "ada", reason: "court order 7" },
    by,
    now,
  );
  await appendEntry(store, prefix, { ...point("four"), ...change }, by, now);
  await appendEntry(
    store,
    prefix,
    {
      ...where,
      ...change,
      entry: "tombstone",
      removed: [{ sequence: 1, sha256: first.sha256 }],
      reason: "older than 90 d",
    },
    by,
    now,
  );
  return store;
}

let original: MemoryStore;
let others: MemoryStore[];
let head: { sequence: number; sha256: string };

beforeAll(async () => {
  original = await written();
  // Written by the right signer for another place, and by another signer for this one.
  others = await Promise.all([
    written(signer, { site: "virginia" }),
    written(signer, { dataset: "profiles" }),
    written(signer, { epoch: 2 }),
    written(signer, { plan: "shop" }),
    written(stranger),
    written(signer, {}, "2026-05-02"),
  ]);
  const last = (await readChain(original, prefix)).at(-1);
  head = { sequence: length, sha256: last?.sha256 ?? "" };
});

const faultsOf = async (store: MemoryStore, more: Partial<ChainExpectation> = {}) =>
  judgeChain(await readChain(store, prefix), { ...where, prefix, trusted, head, ...more }).faults;

function changed(mutate: (objects: Map<string, Buffer>) => void): MemoryStore {
  const store = memoryStore();
  for (const [key, body] of original.objects) store.objects.set(key, Buffer.from(body));
  mutate(store.objects);
  return store;
}

const keyOf = (number: number) => manifestKey(prefix, number);
const number = fc.integer({ min: 1, max: length });

test("bits of a signature's last digit that no byte has are as much a change as any other", async () => {
  const store = changed((objects) => {
    const text = String(objects.get(keyOf(length)));
    const [, digit = ""] = /"value": ".{85}(.)=="/.exec(text) ?? [];
    const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const next = digits[digits.indexOf(digit) ^ 1];
    objects.set(keyOf(length), Buffer.from(text.replace(`${digit}=="`, `${next}=="`)));
  });
  const [fault] = judgeChain(await readChain(store, prefix), { ...where, prefix, trusted }).faults;
  expect(fault).toMatchObject({
    key: keyOf(length),
    problem: expect.stringMatching(/bits that no byte has/),
  });
});

/** Every way of laying hands on a chain; each is found wherever it strikes. */
const mutations: [string, fc.Arbitrary<(objects: Map<string, Buffer>) => void>][] = [
  [
    "a single byte changed",
    fc.tuple(number, fc.nat(), fc.integer({ min: 1, max: 255 })).map(([at, offset, by]) => (objects) => {
      const body = objects.get(keyOf(at)) ?? Buffer.alloc(1);
      const index = offset % body.byteLength;
      body[index] = (body[index] ?? 0) ^ by;
    }),
  ],
  ["an entry taken out", number.map((at) => (objects) => objects.delete(keyOf(at)))],
  [
    "several taken out at the end",
    number.map((from) => (objects) => {
      for (let at = from; at <= length; at++) objects.delete(keyOf(at));
    }),
  ],
  [
    "an entry taken out and the others moved up",
    fc.integer({ min: 1, max: length - 1 }).map((from) => (objects) => {
      for (let at = from; at < length; at++)
        objects.set(keyOf(at), objects.get(keyOf(at + 1)) ?? Buffer.alloc(0));
      objects.delete(keyOf(length));
    }),
  ],
  [
    "two exchanged",
    fc
      .tuple(number, number)
      .filter(([a, b]) => a !== b)
      .map(([a, b]) => (objects) => {
        const [first, second] = [objects.get(keyOf(a)), objects.get(keyOf(b))];
        objects.set(keyOf(a), second ?? Buffer.alloc(0)).set(keyOf(b), first ?? Buffer.alloc(0));
      }),
  ],
  [
    "an entry put in twice",
    fc.tuple(number, fc.integer({ min: 1, max: 9 })).map(
      ([at, after]) =>
        (objects) =>
          objects.set(keyOf(length + after), objects.get(keyOf(at)) ?? Buffer.alloc(0)),
    ),
  ],
  [
    "an entry of another chain in its place: a fork, another copy, dataset, epoch, plan or signer",
    fc.tuple(number, fc.nat(5)).map(
      ([at, which]) =>
        (objects) =>
          objects.set(keyOf(at), others[which]?.objects.get(keyOf(at)) ?? Buffer.alloc(0)),
    ),
  ],
  [
    "the whole chain of another in its place",
    fc.nat(5).map((which) => (objects) => {
      for (const [key, body] of others[which]?.objects ?? []) objects.set(key, body);
    }),
  ],
  [
    "cut off",
    fc.tuple(number, fc.nat()).map(([at, keep]) => (objects) => {
      const body = objects.get(keyOf(at)) ?? Buffer.alloc(1);
      objects.set(keyOf(at), body.subarray(0, keep % body.byteLength));
    }),
  ],
  [
    "something appended",
    fc.tuple(number, fc.uint8Array({ minLength: 1, maxLength: 8 })).map(
      ([at, more]) =>
        (objects) =>
          objects.set(keyOf(at), Buffer.concat([objects.get(keyOf(at)) ?? Buffer.alloc(0), more])),
    ),
  ],
  [
    "a stray object beside it",
    fc
      .stringMatching(/^[a-z0-9]{1,12}$/)
      .map((name) => (objects) => objects.set(`${prefix}${name}.txt`, Buffer.from("{}"))),
  ],
  [
    "a field altered, with the text in its proper form",
    number.map((at) => (objects) => {
      const entry = JSON.parse(objects.get(keyOf(at))?.toString() ?? "{}");
      objects.set(keyOf(at), Buffer.from(formatEntry({ ...entry, writtenAt: "2020-01-01T00:00:00Z" })));
    }),
  ],
  [
    "a field said twice, the true one last",
    number.map((at) => (objects) => {
      const text = objects.get(keyOf(at))?.toString() ?? "";
      objects.set(keyOf(at), Buffer.from(text.replace("{\n", '{\n  "dataset": "other",\n')));
    }),
  ],
  [
    "declared unsigned, as old ones were",
    fc.integer({ min: 2, max: length }).map((at) => (objects) => {
      const { signature: _, ...entry } = JSON.parse(objects.get(keyOf(at))?.toString() ?? "{}");
      objects.set(keyOf(at), Buffer.from(formatEntry({ ...entry, version: 1 })));
    }),
  ],
];

test("a chain as it was written has no fault", async () => {
  expect(await faultsOf(original)).toEqual([]);
});

test.each(mutations)("%s: found", async (_, arbitrary) => {
  await fc.assert(
    fc.asyncProperty(arbitrary, async (mutate) => {
      expect(await faultsOf(changed(mutate))).not.toEqual([]);
    }),
    { numRuns: 150 },
  );
});

test("every byte of an entry counts", async () => {
  const body = original.objects.get(keyOf(2)) ?? Buffer.alloc(0);
  const unnoticed = [];
  for (let at = 0; at < body.byteLength; at++) {
    const store = changed((objects) => {
      const one = objects.get(keyOf(2)) ?? Buffer.alloc(1);
      one[at] = (one[at] ?? 0) ^ 0x01;
    });
    if ((await faultsOf(store)).length === 0) unnoticed.push(at);
  }
  expect(unnoticed).toEqual([]);
});

test("without a head from outside only a cut at the very end passes; that is why it is kept there", async () => {
  const cut = changed((objects) => objects.delete(keyOf(length)));
  expect(judgeChain(await readChain(cut, prefix), { ...where, prefix, trusted }).faults).toEqual([]);
  expect(await faultsOf(cut)).toMatchObject([
    { problem: expect.stringContaining("is known to have been written and is not here") },
  ]);
});

test("of many writers at once each gets a number of its own, and the chain holds", async () => {
  const store = memoryStore();
  await Promise.all(
    ["a", "b", "c", "d", "e"].map((label) => appendEntry(store, prefix, point(label), signer)),
  );

  expect(judgeChain(await readChain(store, prefix), { ...where, prefix, trusted }).faults).toEqual([]);
  expect(store.objects.size).toBe(5);
});

test("fault 23: a write whose answer was lost is not made a second time", async () => {
  const store = memoryStore();
  const lost = {
    ...store,
    create: async (key: string, body: string | Uint8Array) => (await store.create(key, body)) && false,
  };
  const { key } = await appendEntry(lost, prefix, point("one"), signer);

  expect([...store.objects.keys()]).toEqual([key]);
});

test("nothing is added to a chain whose end is damaged", async () => {
  const store = changed((objects) => objects.set(keyOf(length), Buffer.from("{}")));
  await expect(appendEntry(store, prefix, point("more"), signer)).rejects.toThrow("is not as it was written");
});

test("removed points are gone, held ones and those that others add to say why they stay", async () => {
  const points = livePoints(await readChain(original, prefix));

  expect(points.map(({ point }) => point.label)).toEqual(["two", "three", "four"]);
  expect(points.map(keptBecause)).toEqual([undefined, "it is held by ada: court order 7", undefined]);
  const before = livePoints((await readChain(original, prefix)).slice(0, 3));
  expect(before.map(keptBecause)).toEqual(["number 2 adds to it", undefined, undefined]);
});

test("a released point is held no longer", async () => {
  const store = changed(() => undefined);
  const third = (await readChain(store, prefix))[2];
  const named = { sequence: 3, sha256: third?.sha256 ?? "" };
  await appendEntry(
    store,
    prefix,
    { ...where, entry: "release", point: named, by: "ada", reason: "case closed" },
    signer,
  );

  expect(livePoints(await readChain(store, prefix)).map(keptBecause)).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});
