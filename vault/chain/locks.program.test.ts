import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { Store } from "../store/store.js";
import { type Backend, backendNames, startBackend } from "../testing/backends.js";
import { extendLocks } from "./locks.js";

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
    const extend = (to: Date) => extendLocks(store, ["parts/1", "parts/2", "parts/none", "parts/1"], to);
    if (!backend.expected.lock) {
      await expect(extend(until)).rejects.toThrow(/needs "(list-versions|lock)"/);
      return;
    }
    const missing = [{ key: "parts/none", problem: "it is missing" }];

    expect(await extend(until)).toEqual({ extended: 2, already: 0, missing });
    expect(await extend(until)).toEqual({ extended: 0, already: 2, missing });
    expect(await extend(new Date(until.getTime() + 60_000))).toEqual({ extended: 2, already: 0, missing });
    for await (const { key, version } of store.versions("parts/"))
      expect((await store.lockedUntil(key, version)) !== undefined).toBe(key !== "parts/22");
  });
});
