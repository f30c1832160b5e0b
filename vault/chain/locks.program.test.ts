import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { Store } from "../store/store.js";
import { type Backend, backendNames, startBackend } from "../testing/backends.js";
import { extendLocks, type LockOptions, type LockReach } from "./locks.js";

describe.each(backendNames)("%s", (name) => {
  let backend: Backend;
  let store: Store;
  beforeAll(async () => {
    backend = await startBackend(name);
    store = await backend.store();
  });
  afterAll(() => backend?.stop());

  test("what kept points consist of is locked on, once; what is gone is named; a store without locks refuses", async () => {
    for (const key of ["parts/1", "parts/2", "parts/22"]) await store.put(key, key);
    const until = new Date((Math.floor(Date.now() / 1000) + 60) * 1000);
    const later = new Date(until.getTime() + 60_000);
    const extend = (reach: LockReach, options?: LockOptions) =>
      extendLocks(
        store,
        ["parts/1", "parts/2", "parts/none", "parts/1"].map((key) => ({ key, ...reach })),
        options,
      );
    if (!backend.expected.lock) {
      await expect(extend({ until })).rejects.toThrow(/needs "(list-versions|lock)"/);
      return;
    }
    const missing = [{ key: "parts/none", problem: "it is missing" }];

    expect(await extend({ until }, { look: true })).toEqual({ extended: 2, already: 0, missing });
    for await (const { key, version } of store.versions("parts/"))
      expect(await store.lockedUntil(key, version)).toBeUndefined();
    expect(await extend({ until })).toEqual({ extended: 2, already: 0, missing });
    expect(await extend({ until })).toEqual({ extended: 0, already: 2, missing });
    // Long enough is left as it is; a lock is never shortened.
    expect(await extend({ until: later, least: until })).toEqual({ extended: 0, already: 2, missing });
    expect(await extend({ until: later })).toEqual({ extended: 2, already: 0, missing });
    expect(await extend({ until })).toEqual({ extended: 0, already: 2, missing });
    for await (const { key, version } of store.versions("parts/"))
      expect(await store.lockedUntil(key, version)).toEqual(key === "parts/22" ? undefined : later);
  });

  test("a bucket that was made without locks is told, in a look too", async () => {
    if (!backend.expected.lock) return;
    const plain = await backend.store({ versioned: false });
    await plain.put("parts/1", "x");
    for (const look of [true, false])
      await expect(
        extendLocks(plain, [{ key: "parts/1", until: new Date(Date.now() + 60_000) }], { look }),
      ).rejects.toMatchObject({ message: expect.stringContaining("made without Object Lock") });
  });

  test("C10: of what is written once the first version is locked, whatever was laid over it since", async () => {
    if (!backend.expected.lock) return;
    for (const key of ["over/deleted", "over/overwritten"]) await store.put(key, "true");
    await store.delete("over/deleted");
    await store.put("over/overwritten", "false");
    const until = new Date((Math.floor(Date.now() / 1000) + 60) * 1000);
    const needs = ["over/deleted", "over/overwritten"].map((key) => ({ key, until }));

    expect(await extendLocks(store, needs)).toEqual({
      ...{ extended: 2, already: 0 },
      missing: [
        { key: "over/deleted", problem: "it was deleted, and lies beneath the mark" },
        { key: "over/overwritten", problem: "it was overwritten, and lies beneath" },
      ],
    });
    for await (const { key, version, deleted } of store.versions("over/")) {
      if (deleted) continue;
      const body = Buffer.from((await store.getVersion(key, version)) ?? "").toString();
      expect(await store.lockedUntil(key, version)).toEqual(body === "true" ? until : undefined);
    }
    if (backend.expected["version-times"]) {
      // The stores' dates have seconds.
      await store.put("over/resumed", "cut off");
      await store.put("over/resumed", "true");
      await sleep(1_100);
      const finishedAt = new Date();
      await sleep(1_100);
      const resumed = { key: "over/resumed", until, finishedAt };
      expect(await extendLocks(store, [resumed])).toMatchObject({ extended: 1, missing: [] });
      await store.put("over/resumed", "false");
      expect((await extendLocks(store, [resumed])).missing).toMatchObject([{ key: "over/resumed" }]);
      for await (const { key, version } of store.versions("over/resumed")) {
        const body = Buffer.from((await store.getVersion(key, version)) ?? "").toString();
        expect(await store.lockedUntil(key, version)).toEqual(body === "true" ? until : undefined);
      }
    }
    const present = await extendLocks(store, [{ key: "over/overwritten", until, written: "over" }]);
    expect(present).toEqual({ extended: 1, already: 0, missing: [] });
  });
});
