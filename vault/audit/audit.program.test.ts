import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import type { Store } from "../store/store.js";
import { type Backend, backendNames, startBackend } from "../testing/backends.js";
import { faultProxy } from "../testing/faults.js";
import { readAnchors } from "./anchor.js";
import { checkAudit } from "./check.js";
import { keepRecord } from "./keep.js";
import { numberedKey } from "./keys.js";
import { appendRecord, readLog } from "./log.js";
import { content } from "./testing/content.js";

const prefix = "audit/virginia/";
const name = "chat/virginia/customer";
const anchorPrefix = "audit-anchors/virginia/";

describe.each(backendNames)("%s", (backendName) => {
  let backend: Backend;
  let store: Store;
  let outside: Store;

  beforeAll(async () => {
    backend = await startBackend(backendName);
  });
  afterAll(() => backend?.stop());
  beforeEach(async () => {
    [store, outside] = [await backend.store(), await backend.store()];
  });

  const places = () => ({
    log: { store, prefix, name },
    anchors: { store: outside, prefix: anchorPrefix, name },
  });
  const faults = async () =>
    checkAudit(await readLog(places().log), await readAnchors(places().anchors), { prefix, name });

  test("writers at once get a number each, in one chain that anchors hold", async () => {
    const contents = Array.from({ length: 6 }, () => content());
    const kept = await Promise.all(contents.map((one) => keepRecord(places(), one)));

    expect(kept.map(({ head }) => head?.sequence).sort()).toEqual([1, 2, 3, 4, 5, 6]);
    expect(kept.flatMap(({ warnings }) => warnings)).toEqual([]);
    const found = await readLog(places().log);
    expect(found.map(({ record }) => record?.id).sort()).toEqual(contents.map(({ id }) => id).sort());
    expect(await faults()).toEqual([]);
  });

  test("fault 37: edited, reordered, removed and cut, the first bad index is named", async () => {
    for (let at = 0; at < 4; at++) await keepRecord(places(), content());
    const keyOf = (number: number) => numberedKey(prefix, number);
    const bodyOf = async (number: number) => Buffer.from((await store.get(keyOf(number))) ?? "");
    const [second, third, fourth] = [await bodyOf(2), await bodyOf(3), await bodyOf(4)];

    await store.put(keyOf(2), second.toString().replace('"ada"', '"eve"'));
    expect((await faults())[0]).toMatchObject({ index: 2, key: keyOf(2) });
    await store.put(keyOf(2), third);
    await store.put(keyOf(3), second);
    expect((await faults())[0]).toMatchObject({ index: 2, key: keyOf(2) });
    await store.put(keyOf(2), second);
    await store.delete(keyOf(3));
    expect((await faults())[0]).toMatchObject({ index: 3, key: keyOf(3) });
    await store.put(keyOf(3), third);
    expect(await faults()).toEqual([]);
    await store.delete(keyOf(4));
    expect(await faults()).toMatchObject([{ index: 4, problem: expect.stringContaining("the log was cut") }]);
    await store.put(keyOf(4), fourth);
    expect(await faults()).toEqual([]);
  });

  test("fault 23: answers that are lost make no record twice", async () => {
    if (backend.endpoint === undefined) return;
    const proxy = await faultProxy(backend.endpoint);
    try {
      const label = /^s3:\/\/(\S+)/.exec(store.label)?.[1] ?? "";
      const lossy = await backend.store({ endpoint: proxy.endpoint, bucket: label, attempts: 3 });
      let cut = 0;
      proxy.inject((method, url) =>
        method === "PUT" && url.includes("/audit/") && cut++ % 2 === 0 ? "cut-answer" : "none",
      );
      const contents = [content(), content(), content()];
      for (const one of contents) await appendRecord({ store: lossy, prefix, name }, one);

      expect(proxy.counts["cut-answer"]).toBeGreaterThanOrEqual(contents.length);
      const found = await readLog(places().log);
      expect(found.map(({ record }) => record?.id)).toEqual(contents.map(({ id }) => id));
      expect(await faults()).toEqual([]);
    } finally {
      await proxy.stop();
    }
  });
});
