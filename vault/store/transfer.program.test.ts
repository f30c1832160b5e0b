import { createHash, randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { type Backend, startBackend, testCredentials } from "../testing/backends.js";
import { type FaultProxy, faultProxy } from "../testing/faults.js";
import type { Store } from "./store.js";

const mebibyte = 1024 * 1024;
const body = randomBytes(60 * mebibyte);
const hash = createHash("sha256").update(body).digest("hex");

async function* streamed(chunk = 300_000) {
  for (let at = 0; at < body.byteLength; at += chunk) yield body.subarray(at, at + chunk);
}

async function hashOf(source: AsyncIterable<Uint8Array>): Promise<string> {
  const running = createHash("sha256");
  for await (const chunk of source) running.update(chunk);
  return running.digest("hex");
}

async function count(items: AsyncIterable<unknown>): Promise<number> {
  let found = 0;
  for await (const _ of items) found += 1;
  return found;
}

let backend: Backend;
let proxy: FaultProxy;
let store: Store;

beforeAll(async () => {
  backend = await startBackend("versitygw");
  proxy = await faultProxy(backend.endpoint ?? "");
  store = await backend.store({ endpoint: proxy.endpoint, attempts: 6, idleTimeout: 5_000 });
});
afterAll(async () => {
  await proxy?.stop();
  await backend?.stop();
});

test("fault 23: refusals and cut connections are repeated, and what arrives is what was sent", async () => {
  const faults = ["503", "none", "cut-request", "none", "cut-answer", "none"] as const;
  let request = 0;
  proxy.inject(() => faults[request++ % faults.length] ?? "none");

  const uploaded = await store.upload("noisy", streamed(), { createOnly: false, expectedBytes: 1 });

  expect(uploaded.sha256).toBe(hash);
  expect(proxy.counts).toMatchObject({
    "503": expect.any(Number),
    "cut-request": expect.any(Number),
    "cut-answer": expect.any(Number),
  });
  expect(Math.min(proxy.counts["503"], proxy.counts["cut-request"])).toBeGreaterThan(0);
  request = 0;
  expect(await hashOf(store.read("noisy"))).toBe(hash);
  proxy.inject(() => "none");
  expect(await count(store.uploads(""))).toBe(0);
});

test("fault 1: an upload whose connection is cut for good leaves no object and no parts", async () => {
  let parts = 0;
  proxy.inject((method) => (method === "PUT" && ++parts > 3 ? "cut-request" : "none"));

  await expect(store.upload("cut", streamed(), { expectedBytes: 1 })).rejects.toThrow(
    "uploading cut at s3://",
  );

  proxy.inject(() => "none");
  expect(await store.head("cut")).toBeUndefined();
  expect(await count(store.uploads(""))).toBe(0);
});

test("fault 22: a resumable upload that was cut carries on with the parts that are missing", async () => {
  let parts = 0;
  proxy.inject((method) => (method === "PUT" && ++parts > 3 ? "cut-request" : "none"));
  await expect(store.upload("resumed", streamed(), { expectedBytes: 1, resume: true })).rejects.toThrow();
  expect(await count(store.uploads(""))).toBe(1);

  let sent = 0;
  proxy.inject((method) => {
    if (method === "PUT") sent += 1;
    return "none";
  });
  const uploaded = await store.upload("resumed", streamed(), { expectedBytes: 1, resume: true });

  expect(uploaded).toMatchObject({ bytes: body.byteLength, sha256: hash, resumedParts: 3 });
  expect(sent).toBe(8 - 3);
  expect(await hashOf(store.read("resumed"))).toBe(hash);
  expect(await count(store.uploads(""))).toBe(0);
});

test("a part that differs from what lies there is sent again, never taken over", async () => {
  let parts = 0;
  proxy.inject((method) => (method === "PUT" && ++parts > 3 ? "cut-request" : "none"));
  const other = async function* () {
    yield randomBytes(body.byteLength);
  };
  await expect(store.upload("differs", other(), { expectedBytes: 1, resume: true })).rejects.toThrow();
  proxy.inject(() => "none");

  const uploaded = await store.upload("differs", streamed(), { expectedBytes: 1, resume: true });

  expect(uploaded).toMatchObject({ sha256: hash, resumedParts: 0 });
  expect(await hashOf(store.read("differs"))).toBe(hash);
});

test("a store that puts an upload's parts together in silence is waited for by their size, and asked once", async () => {
  const hasty = await backend.store({ endpoint: proxy.endpoint, attempts: 1, idleTimeout: 1_000 });
  let asked = 0;
  const late = async () => {
    await pause(3_000);
    return "none" as const;
  };
  proxy.inject((method, url) => {
    if (method !== "POST" || !url.includes("uploadId=")) return "none";
    asked += 1;
    return late();
  });

  const uploaded = await hasty.upload("assembled", streamed(), { expectedBytes: 1 });

  expect(uploaded.sha256).toBe(hash);
  expect(asked).toBe(1);
  // Control: nothing else is waited for as long.
  proxy.inject(late);
  await expect(hasty.head("assembled")).rejects.toThrow("assembled at s3://");
  proxy.inject(() => "none");
});

test("fault 8: credentials that have expired are asked for once more, and the upload goes on; without new ones it fails", async () => {
  let renewed = 0;
  const credentials = async ({ forceRefresh = false } = {}) => {
    if (forceRefresh) renewed += 1;
    return testCredentials;
  };
  const own = await backend.store({ endpoint: proxy.endpoint, credentials });
  let parts = 0;
  const isPart = (method: string) => method === "PUT" && ++parts > 2;
  proxy.inject((method) => (isPart(method) && renewed === 0 ? "expired" : "none"));
  expect(await own.upload("renewed", streamed(), { expectedBytes: 1 })).toMatchObject({ sha256: hash });
  expect(renewed).toBe(1);
  expect(await hashOf(own.read("renewed"))).toBe(hash);

  [parts, renewed] = [0, 0];
  proxy.inject((method) => (isPart(method) ? "expired" : "none"));
  const failing = own.upload("expired", streamed(), { expectedBytes: 1 });
  await expect(failing).rejects.toThrow(/^uploading expired at s3:.* ExpiredToken: .*HTTP 400/);
  proxy.inject(() => "none");
  expect(await own.head("expired")).toBeUndefined();
  expect(await count(own.uploads(""))).toBe(0);
  expect(renewed).toBeLessThanOrEqual(2);
});

describe.each(["versitygw", "minio", "ministack"] as const)("%s", (name) => {
  let other: Backend;
  let between: FaultProxy;
  let at: Store;
  beforeAll(async () => {
    other = await startBackend(name);
    between = await faultProxy(other.endpoint ?? "");
    at = await other.store({ endpoint: between.endpoint });
  });
  afterAll(async () => {
    await between?.stop();
    await other?.stop();
  });
  const ends = (method: string, url: string) => method === "POST" && url.includes("uploadId=");
  const upload = (key: string) => at.upload(key, streamed(), { expectedBytes: 1 });

  test.each([
    ["the first time", 1],
    ["every time", 99],
  ])("fault 23: an upload whose end was done and not answered %s is recognised, once", async (_, times) => {
    let count = 0;
    between.inject((method, url) => (ends(method, url) && count++ < times ? "cut-answer" : "none"));
    const key = `unanswered-${times}`;
    const uploaded = await upload(key);
    between.inject(() => "none");

    expect(between.counts["cut-answer"]).toBeGreaterThan(0);
    expect(uploaded).toMatchObject({ bytes: body.byteLength, sha256: hash });
    expect(await hashOf(at.read(key))).toBe(hash);
    await expect(upload(key)).rejects.toThrow(`${key} is there already`);
  });

  test("fault 23: what lies there and is not what was sent is never taken for it", async () => {
    await at.put("foreign", "something else");
    between.inject((method, url) => (ends(method, url) ? "503" : "none"));
    await expect(upload("foreign")).rejects.toThrow("uploading foreign at s3://");
    between.inject(() => "none");

    expect(Buffer.from((await at.get("foreign")) ?? "").toString()).toBe("something else");
  });
});

test("600 MB stream up and down in bounded memory", async () => {
  proxy.inject(() => "none");
  const chunk = randomBytes(mebibyte);
  const megabytes = 600;
  const source = async function* () {
    for (let at = 0; at < megabytes; at++) yield chunk;
  };
  const direct = await backend.store();
  const before = process.memoryUsage().rss;
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss - before);
  }, 20);

  const { sha256 } = await direct.upload("big", source());
  expect(await hashOf(direct.read("big"))).toBe(sha256);

  clearInterval(watch);
  console.log(`${megabytes} MB up and down with ${Math.round(most / mebibyte)} MiB more`);
  expect(most).toBeLessThan(250 * mebibyte);
});
