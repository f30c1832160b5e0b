import { beforeAll, beforeEach, expect, test } from "vitest";

import { appendEntry, currentKey, readChain, type Signer, signerOf } from "../../vault/index.js";
import type { KeyProvider } from "../../vault/keys/provider.js";
import { type MemoryStore, memoryStore } from "../../vault/testing/memory-store.js";
import { readEpochChain, signersAt } from "./points-chain.js";
import { grownChain, oldManifest, physical, place, prefix } from "./testing/chain.js";

/** Wraps nothing: who may open keys is tested where keys are. */
const open: KeyProvider = {
  ...{ kind: "kms", key: "alias/test" },
  wrap: async (secret) => Buffer.from(secret).toString("base64"),
  unwrap: async (wrapped) => Buffer.from(wrapped, "base64"),
};

async function signed(): Promise<{ keys: MemoryStore; signer: Signer }> {
  const keys = memoryStore();
  const ring = { store: keys, plan: place.plan, dataset: place.dataset, keys: [open] };
  return { keys, signer: await signerOf(ring, await currentKey(ring, "signing", [open], new Date())) };
}

let own: Awaited<ReturnType<typeof signed>>;
let stranger: Signer;
let store: MemoryStore;

beforeAll(async () => {
  own = await signed();
  ({ signer: stranger } = await signed());
});
beforeEach(async () => {
  store = await grownChain(own.signer);
  for (const [key, body] of own.keys.objects) store.objects.set(key, body);
});

async function read() {
  const copy = { ...place, store };
  const { faults, points } = await readEpochChain(copy, place.epoch, await signersAt(copy));
  return {
    faults: faults.map(({ key, problem }) => `${Number(key.slice(-13, -5))}: ${problem}`),
    believed: points.filter(({ problem }) => problem === undefined).map(({ sequence }) => sequence),
    doubted: points.flatMap(({ sequence, problem }) => (problem ? [`${sequence}: ${problem}`] : [])),
  };
}
const keyOf = (number: number) => `${prefix}0000000${number}.json`;
const whole = { faults: [], believed: [1, 2, 3, 4], doubted: [] };

test("F10: a vault that began with unsigned manifests reads as one chain, without a fault", async () => {
  expect(await read()).toEqual(whole);
});

test("one that cannot be read is named and hides no other", async () => {
  store.objects.set(keyOf(3), Buffer.from("{"));

  expect(await read()).toMatchObject({
    believed: [1, 2, 4],
    faults: [
      expect.stringMatching(/^3: .* is not a version 2 entry/),
      "4: it does not follow the entry before it",
    ],
  });
});

test("an entry altered after it was signed is no recovery point; those after it still are", async () => {
  const text = store.objects.get(keyOf(3))?.toString() ?? "";
  store.objects.set(keyOf(3), Buffer.from(text.replace("20260303", "20260309")));

  expect(await read()).toMatchObject({
    believed: [1, 2, 4],
    doubted: ["3: its signature by signing-000001 does not fit its content"],
  });
});

test("what somebody else signed, or nobody, is no recovery point once the chain is signed", async () => {
  await appendEntry(store, prefix, physical(5), stranger);
  oldManifest(store, 6);

  const { believed, doubted } = await read();
  expect(believed).toEqual([1, 2, 3, 4]);
  expect(doubted).toEqual([expect.stringMatching(/^5: .* not trusted$/), "6: it is not signed"]);
});

test("what only looks signed does not make older manifests look forged", async () => {
  const forged = memoryStore();
  await appendEntry(forged, prefix, physical(1), stranger);
  for (const [key, body] of forged.objects) store.objects.set(key, body);
  store.objects.delete(keyOf(3));
  store.objects.delete(keyOf(4));

  expect((await read()).believed).toEqual([2]);
});

test("a tombstone of its own removes a point; a stranger's removes nothing", async () => {
  const named = async (sequence: number) => {
    const { sha256 = "" } = (await readChain(store, prefix))[sequence - 1] ?? {};
    return { ...place, entry: "tombstone" as const, removed: [{ sequence, sha256 }], reason: "expired" };
  };
  await appendEntry(store, prefix, await named(1), own.signer);
  await appendEntry(store, prefix, await named(4), stranger);

  expect((await read()).believed).toEqual([2, 3, 4]);
});

test("points of another kind are checked with the chain and are no physical ones", async () => {
  await appendEntry(store, prefix, physical(5, { kind: "logical" }), own.signer);

  expect(await read()).toEqual(whole);
});

test("without a readable signing key nothing signed is believed, nor what came unsigned after it, and it is said why", async () => {
  store.objects.set("keys/messages/signing-000001.json", Buffer.from("{}"));
  oldManifest(store, 5);

  expect((await signersAt({ ...place, store })).problem).toContain("signing-000001.json at memory is not a");
  expect((await read()).believed).toEqual([1, 2]);
});
