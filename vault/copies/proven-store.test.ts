import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

import { directoryStore } from "../store/directory/directory-store.js";
import type { Store } from "../store/store.js";
import { provenStore } from "./proven-store.js";

let folder: string;
let probes: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "secondsite-proven-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** A store that counts what is created below `probe/`. @param overwrites it takes no notice of the condition */
function counted(name: string, overwrites = false): Store {
  probes = [];
  const store = directoryStore(join(folder, name));
  return {
    ...store,
    async create(key, body) {
      if (key.startsWith("probe/")) probes.push(key);
      if (!overwrites) return store.create(key, body);
      await store.put(key, body);
      return true;
    },
  };
}

async function* body() {
  yield Buffer.from("content");
}

test("a store that refuses to overwrite is found to, once, and nothing of the proof stays", async () => {
  const store = provenStore(counted("honest"));

  expect(await Promise.all([store.create("a", "1"), store.create("a", "2")])).toContain(false);
  await store.upload("b", body());
  expect(probes).toHaveLength(2);
  const left = [];
  for await (const { key } of store.list("")) left.push(key);
  expect(left).toEqual(["a", "b"]);
});

test("one that overwrites whatever it is asked creates nothing, and says what it lacks", async () => {
  const store = provenStore(counted("careless", true));
  const message = /creating what nobody may overwrite needs "conditional-create"/;

  await expect(store.create("a", "1")).rejects.toThrow(message);
  await expect(store.upload("b", body())).rejects.toThrow(message);
  expect(await store.get("a")).toBeUndefined();
});

test("reading proves nothing first; a proof that got no answer is tried again", async () => {
  const honest = counted("late");
  let down = true;
  const store = provenStore({
    ...honest,
    create: (key, content) => (down ? Promise.reject(new Error("no answer")) : honest.create(key, content)),
  });

  expect(await store.get("a")).toBeUndefined();
  await expect(store.create("a", "1")).rejects.toThrow("no answer");
  down = false;
  expect(await store.create("a", "1")).toBe(true);
});
