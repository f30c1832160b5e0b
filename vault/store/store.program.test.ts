import { randomBytes } from "node:crypto";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { provenStore } from "../copies/proven-store.js";
import { type Backend, backendNames, startBackend } from "../testing/backends.js";
import { type Capability, capabilities } from "./capabilities.js";
import { clockSkew } from "./clock.js";
import { endUnfinished } from "./leftovers.js";
import { confirmCapabilities, probe } from "./probe.js";
import type { Store } from "./store.js";

const mebibyte = 1024 * 1024;

async function* streamed(body: Uint8Array, chunk = 100_000) {
  for (let at = 0; at < body.byteLength; at += chunk) yield body.subarray(at, at + chunk);
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

  test("what it can do is found by doing it, equals what it declares, and leaves nothing behind", async () => {
    const table = await probe(store);

    expect(Object.fromEntries(table.map(({ capability, found }) => [capability, found]))).toEqual(
      backend.expected,
    );
    expect(table.filter(({ declared, found }) => declared !== found)).toEqual([]);
    expect(await all(store.list("probe/"))).toEqual([]);
  });

  test("a bucket without versions and locks is found out, and what it lacks is named", async () => {
    if (name === "directory") {
      await expect(confirmCapabilities(store)).resolves.toHaveLength(capabilities.length);
      return;
    }
    const bare = await backend.store({ versioned: false });
    const found = (await probe(bare)).filter((cell) => !cell.found).map(({ capability }) => capability);

    const lacking = ["versioning", "list-versions", "version-times", "lock"];
    expect(found).toEqual(capabilities.filter((one) => lacking.includes(one) || !backend.expected[one]));
    const named = lacking.filter(
      (one) => found.includes(one as Capability) && backend.expected[one as Capability],
    );
    await expect(confirmCapabilities(bare)).rejects.toThrow(
      `is said to have ${named.map((one) => `"${one}"`).join(", ")} and has not`,
    );
  });

  test("a planted leak is found and ended, but for one that may still be at work", async () => {
    if (!backend.expected["list-uploads"]) {
      await expect(endUnfinished(store, "leaks/", new Date())).rejects.toThrow('needs "list-uploads"');
      return;
    }
    const stuck = async function* () {
      yield randomBytes(20 * mebibyte);
      throw new Error("killed");
    };
    await expect(store.upload("leaks/a", stuck(), { expectedBytes: 1, resume: true })).rejects.toThrow(
      "killed",
    );
    // A folder's own failed writes are removed at once; only a killed process leaves one.
    const planted = name === "directory" ? 0 : 1;

    expect(await endUnfinished(store, "leaks/", new Date(Date.now() - 3_600_000))).toEqual([]);
    expect(await endUnfinished(store, "leaks/", new Date(Date.now() + 60_000))).toHaveLength(planted);
    expect(await all(store.uploads("leaks/"))).toEqual([]);
  });

  test("a cell that is not supported refuses with its name, and one that is does not", async () => {
    await store.put("cells/a", "a");
    const refusal = async (act: () => Promise<unknown>) => {
      try {
        await act();
        return true;
      } catch (error) {
        return (error as { capability?: string }).capability ?? String(error);
      }
    };
    const version = async () => (await all(store.versions("cells/a")))[0]?.version ?? "";
    const cell = (capability: keyof typeof backend.expected) => backend.expected[capability] || capability;

    expect(await refusal(() => all(store.versions("cells/")))).toBe(cell("list-versions"));
    expect(
      await refusal(async () =>
        store.lock(
          "cells/a",
          backend.expected["list-versions"] ? await version() : "",
          new Date(Date.now() + 1_000),
        ),
      ),
    ).toBe(cell("lock"));
    expect(await refusal(() => all(store.uploads("cells/")))).toBe(cell("list-uploads"));
    expect(await refusal(() => store.create("cells/b", "b"))).toBe(cell("conditional-create"));
  });

  test("of many who create a key one wins, and its content stays", async () => {
    const outcomes = await Promise.all(
      ["a", "b", "c", "d", "e"].map(async (body) => ({ body, won: await store.create("race/1", body) })),
    );

    const winners = outcomes.filter(({ won }) => won);
    expect(winners).toHaveLength(1);
    expect(Buffer.from((await store.get("race/1")) ?? "").toString()).toBe(winners[0]?.body);
  });

  test("keys are listed in the order of their bytes, folders by name, and what is absent is absent", async () => {
    const keys = ["list/a", "list/a-b", "list/a/1", "list/a0", "list/b/c/d", "list/ü"];
    const possible =
      name === "minio" || name === "directory" || name === "versitygw"
        ? keys.filter((key) => key !== "list/a")
        : keys;
    for (const key of possible) await store.put(key, key);

    expect((await all(store.list("list/"))).map(({ key }) => key)).toEqual(possible);
    expect((await all(store.list("list/a"))).map(({ key }) => key)).toEqual(
      possible.filter((key) => key.startsWith("list/a")),
    );
    expect(await store.folders("list/")).toEqual(["a", "b"]);
    expect(await store.get("list/none")).toBeUndefined();
    expect(await store.head("list/none")).toBeUndefined();
    expect(await store.head("list/a0")).toMatchObject({ key: "list/a0", bytes: 7 });
    await expect(all(store.read("list/none"))).rejects.toThrow("there is no list/none");
  });

  test.each([0, 1, 8 * mebibyte - 1, 8 * mebibyte, 8 * mebibyte + 1, 21 * mebibyte])(
    "%i bytes go up and come down unchanged",
    async (size) => {
      const body = randomBytes(size);
      const uploaded = await store.upload(`sizes/${size}`, streamed(body), { expectedBytes: size });

      expect(uploaded).toMatchObject({ bytes: size, resumedParts: 0 });
      expect(Buffer.concat(await all(store.read(`sizes/${size}`))).equals(body)).toBe(true);
      expect(await store.head(`sizes/${size}`)).toMatchObject({ bytes: size });
      await expect(store.upload(`sizes/${size}`, streamed(Buffer.from("x")))).rejects.toThrow(
        "is there already",
      );
      expect(await all(store.uploads(`sizes/${size}`))).toEqual([]);
    },
  );

  test("an upload whose source fails leaves neither object nor parts", async () => {
    const body = randomBytes(20 * mebibyte);
    const failing = async function* () {
      yield* streamed(body);
      throw new Error("the source broke");
    };

    await expect(store.upload("failed/upload", failing(), { expectedBytes: 1 })).rejects.toThrow(
      "the source broke",
    );
    expect(await store.get("failed/upload")).toBeUndefined();
    expect(await all(store.uploads("failed/upload"))).toEqual([]);
  });

  test("where nobody says that it refuses to overwrite, it is found to before anything rests on it", async () => {
    const proven = provenStore(store);

    expect(await Promise.all(["1", "2"].map((body) => proven.create("proven/key", body)))).toContain(false);
    expect(await all(store.list("probe/"))).toEqual([]);
  });

  test("fault 9: a clock that is off is told by the store's", async () => {
    expect(Math.abs(await clockSkew(store, "clock"))).toBeLessThanOrEqual(3);
    const ahead = await clockSkew(store, "clock", () => Date.now() + 86_400_000);
    expect(Math.abs(ahead - 86_400)).toBeLessThanOrEqual(3);
  });

  test("deletion is idempotent", async () => {
    await store.put("gone/soon", "x");
    await store.delete("gone/soon");
    await store.delete("gone/soon");

    expect(await store.get("gone/soon")).toBeUndefined();
    expect(await all(store.list("gone/"))).toEqual([]);
  });
});
