import { createHash, generateKeyPairSync, randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { UnsupportedByStore } from "../store/capabilities.js";
import { asFirstWritten, asOf, disturbances } from "../store/clean-view.js";
import type { Store } from "../store/store.js";
import { type Backend, backendNames, startBackend } from "../testing/backends.js";
import { catalogueOf } from "./catalogue.js";
import { appendEntry, readChain } from "./chain.js";
import { judgeChain } from "./check.js";
import type { EntryContent } from "./entry.js";
import { damagedParts, missingParts } from "./parts.js";
import { livePoints } from "./points.js";
import { signerFrom } from "./signer.js";

const prefix = "manifests/messages/e000001/";
const where = { plan: "chat", dataset: "messages", site: "oregon", epoch: 1 };
const pair = generateKeyPairSync("ed25519");
const signer = signerFrom("signing-000001", pair.privateKey);
const expected = { ...where, prefix, trusted: new Map([[signer.fingerprint, pair.publicKey]]) };

/** Stores an object and adds the point that consists of it. */
async function capture(store: Store, label: string) {
  const body = randomBytes(50_000);
  const key = `dumps/messages/${label}`;
  const { bytes, sha256 } = await store.upload(key, [body] as never);
  expect(sha256).toBe(createHash("sha256").update(body).digest("hex"));
  const content: EntryContent = {
    ...where,
    entry: "point",
    ...{ takenAt: "virginia", kind: "logical", label },
    ...{ startedAt: "2026-05-01T00:00:00Z", finishedAt: "2026-05-01T00:01:00Z" },
    source: { engine: "postgresql" },
    tool: { name: "pg_dump", version: "15.18" },
    bytes: { source: 50_000, stored: bytes },
    parts: [{ key, bytes, sha256 }],
    restore: [["pg_restore", "dump"]],
  };
  return appendEntry(store, prefix, content, signer);
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found = [];
  for await (const item of items) found.push(item);
  return found;
}

describe.each(backendNames)("%s", (name) => {
  let backend: Backend;
  let store: Store;

  beforeAll(async () => {
    backend = await startBackend(name);
    store = await backend.store();
  });
  afterAll(() => backend?.stop());

  test("writers at once make one chain, and the catalogue is rebuilt from listing the copy", async () => {
    await Promise.all(["one", "two", "three"].map((label) => capture(store, label)));

    const [chain, ...none] = await catalogueOf(store);
    expect(none).toEqual([]);
    expect(chain).toMatchObject({ dataset: "messages", epoch: 1, prefix });
    expect(judgeChain(chain?.entries ?? [], expected).faults).toEqual([]);
    const points = livePoints(chain?.entries ?? []);
    expect(points.map(({ point }) => point.label).sort()).toEqual(["one", "three", "two"]);
    for (const { point } of points) expect(await damagedParts(store, point.parts)).toEqual([]);
  });

  test("faults 2, 11 and 12: a part that is damaged, gone or not whole yet is named", async () => {
    const parts = livePoints(await readChain(store, prefix)).flatMap(({ point }) => point.parts);
    const [flipped, short, gone] = parts.map(({ key }) => key);
    const body = Buffer.from((await store.get(flipped ?? "")) ?? "");
    body[25_000] = (body[25_000] ?? 0) ^ 1;
    await store.put(flipped ?? "", body);
    await store.put(short ?? "", body.subarray(1));
    await store.delete(gone ?? "");

    expect(await missingParts(store, parts)).toEqual([
      { key: short, problem: "it has 49999 bytes instead of 50000" },
      { key: gone, problem: "it is missing" },
    ]);
    expect((await damagedParts(store, parts)).map(({ key }) => key).sort()).toEqual(
      [flipped, short, gone].sort(),
    );
  });

  test("faults 13 and 15: behind delete markers, overwrites and a forged end the chain is as it was written", async () => {
    const known = await readChain(store, prefix);
    if (!backend.expected["list-versions"]) {
      await expect(catalogueOf(asFirstWritten(store))).rejects.toThrow(UnsupportedByStore);
      await expect(disturbances(store, "")).rejects.toThrow(`needs "list-versions"`);
      return;
    }
    // The stores' dates have seconds.
    await sleep(1_100);
    const before = new Date();
    await sleep(1_100);
    for (const { key } of known.slice(0, 2)) await store.delete(key);
    await store.put(known[2]?.key ?? "", "overwritten");
    await store.delete("dumps/messages/one");
    await store.put("dumps/messages/forged", "later");

    expect(judgeChain(await readChain(store, prefix), expected).faults).not.toEqual([]);
    const dated = backend.expected["version-times"];
    if (!dated) expect(() => asOf(store, before)).toThrow(UnsupportedByStore);
    for (const view of [...(dated ? [asOf(store, before)] : []), asFirstWritten(store)]) {
      const chain = (await catalogueOf(view))[0]?.entries ?? [];
      expect(chain).toEqual(known);
      expect(judgeChain(chain, expected).faults).toEqual([]);
    }
    if (dated) {
      const then = await all(asOf(store, before).list("dumps/"));
      expect(then.map(({ key }) => key)).not.toContain("dumps/messages/forged");
    }
    expect(await disturbances(store, prefix)).toMatchObject([
      { key: known[0]?.key, what: "deleted" },
      { key: known[1]?.key, what: "deleted" },
      { key: known[2]?.key, what: "overwritten" },
    ]);
    // Every part is whole as it was first written, whatever this suite did to it since.
    const clean = asFirstWritten(store);
    for (const { point } of livePoints(known))
      for (const { key, sha256 } of point.parts)
        expect(
          createHash("sha256")
            .update((await clean.get(key)) ?? "")
            .digest("hex"),
        ).toBe(sha256);
    await expect(clean.create("x", "x")).rejects.toThrow("can only be read");
  });
});
