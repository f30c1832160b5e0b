import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { type Backend, startBackend, testCredentials } from "../testing/backends.js";
import { s3Store } from "./s3/s3-store.js";
import type { ObjectVersion, Store } from "./store.js";

describe.each(["ministack", "versitygw", "minio"] as const)("%s", (name) => {
  let backend: Backend;
  let store: Store;

  beforeAll(async () => {
    backend = await startBackend(name);
    store = await backend.store();
  });
  afterAll(() => backend?.stop());

  const history = async (prefix: string) => {
    const found: ObjectVersion[] = [];
    for await (const version of store.versions(prefix)) found.push(version);
    return found;
  };

  test("what was overwritten and deleted is listed newest first, and can be read", async () => {
    await store.put("history/a", "one");
    await store.put("history/a", "two!");
    await store.delete("history/a");

    const found = await history("history/");

    expect(found.map(({ deleted, bytes, latest }) => [deleted, bytes, latest])).toEqual([
      [true, 0, true],
      [false, 4, false],
      [false, 3, false],
    ]);
    const [mark, second, first] = found.map(({ version }) => version);
    expect(Buffer.from((await store.getVersion("history/a", first ?? "")) ?? "").toString()).toBe("one");
    expect(Buffer.from((await store.getVersion("history/a", second ?? "")) ?? "").toString()).toBe("two!");
    expect(await store.getVersion("history/a", mark ?? "")).toBeUndefined();
    expect(await store.get("history/a")).toBeUndefined();
  });

  test("in a bucket that was made without locks, nothing is locked: asking is no error", async () => {
    const plain = await backend.store({ versioned: false });
    await plain.put("plain/a", "one");
    for await (const { key, version } of plain.versions("plain/a")) {
      expect(await plain.lockedUntil(key, version)).toBeUndefined();
      expect(await plain.lockable(key, version)).toBe(false);
    }
  });

  test("that there is no such bucket is said with who makes one", async () => {
    const absent = { bucket: "nobody-made-it", region: "us-east-1", endpoint: backend.endpoint ?? "" };
    const { expected: capabilities } = backend;
    const gone = s3Store({ ...absent, credentials: testCredentials, capabilities });

    await expect(gone.put("a", "x")).rejects.toMatchObject({
      message: expect.stringContaining("NoSuchBucket"),
      hint: expect.stringContaining("makes the bucket"),
    });
  });

  test("a lock is extended, never shortened", async () => {
    await store.put("locked/a", "x");
    const [version] = await history("locked/");
    const inSeconds = (seconds: number) => new Date(Math.ceil(Date.now() / 1000 + seconds) * 1000);
    const [short, long] = [inSeconds(30), inSeconds(60)];
    const until = () => store.lockedUntil("locked/a", version?.version ?? "");
    expect(await until()).toBeUndefined();
    expect(await store.lockable("locked/a", version?.version ?? "")).toBe(true);

    await store.lock("locked/a", version?.version ?? "", short);
    expect(await until()).toEqual(short);
    await store.lock("locked/a", version?.version ?? "", long);
    expect(await until()).toEqual(long);
    await store.lock("locked/a", version?.version ?? "", short);
    expect(await until()).toEqual(long);
  });
});
