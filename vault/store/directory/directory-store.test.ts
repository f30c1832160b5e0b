import { createHash, randomInt } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";

import { endUnfinished } from "../leftovers.js";
import type { Store } from "../store.js";
import { directoryStore } from "./directory-store.js";

let dir: string;
let store: Store;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "secondsite-directory-"));
  store = directoryStore(join(dir, "store"));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

test.each([
  "",
  "/etc/passwd",
  "../outside",
  "a/../../b",
  "a//b",
  "a/./b",
  ".unfinished/x",
  "a\0b",
  "x".repeat(256),
])("the key %j leads nowhere: it is refused, and nothing is written", async (key) => {
  await expect(store.put(key, "x")).rejects.toThrow("cannot be a file below");
  await expect(store.get(key)).rejects.toThrow("cannot be a file below");
  expect(await readdir(dir)).toEqual([]);
});

test("a folder that cannot be read is a store that failed, by name, and not one that holds nothing", async () => {
  // Too long for any file system; root may read whatever is there.
  const closed = `${"x".repeat(300)}/`;
  const whole = directoryStore(dir);
  const problem = expect.objectContaining({
    name: "VaultError",
    exitCode: 3,
    message: expect.stringContaining(`listing ${closed} below ${dir} failed: ENAMETOOLONG`),
  });
  const listed = async () => {
    for await (const _ of whole.list(closed)) throw new Error("there is nothing");
  };

  await expect(listed()).rejects.toThrow(problem);
  await expect(whole.folders(closed)).rejects.toThrow(problem);
});

test("fault 10: killed at any moment, what was told to be there is there whole, and what is left is found and ended", async () => {
  const rounds = 8;
  const delays = Array.from({ length: rounds }, () => randomInt(20, 250));
  console.log(`killed after first output plus ${delays.join(", ")} ms`);
  const told = new Map<string, string>();
  let leftovers = 0;
  for (const delay of delays) {
    const writer = join(import.meta.dirname, "../../testing/writer.ts");
    const child = execa(process.execPath, ["--import", "tsx", writer, store.label], {
      reject: false,
      buffer: false,
    });
    let output = "";
    const begun = new Promise<void>((resolve) =>
      child.stdout.on("data", (chunk) => {
        output += chunk;
        resolve();
      }),
    );
    await Promise.race([begun, child]);
    await sleep(delay);
    child.kill("SIGKILL");
    await child;
    // The last line may be cut off by the kill.
    for (const line of output.split("\n").slice(0, -1)) {
      const [key = "", sha256 = ""] = line.split(" ");
      told.set(key, sha256);
    }
    for await (const _ of store.uploads("")) leftovers += 1;
    await endUnfinished(store, "", new Date(Date.now() + 60_000));
  }
  console.log(`${told.size} objects acknowledged, ${leftovers} writes left unfinished`);

  expect(told.size).toBeGreaterThanOrEqual(rounds);
  for (const [key, sha256] of told)
    expect(
      createHash("sha256")
        .update((await store.get(key)) ?? "")
        .digest("hex"),
    ).toBe(sha256);
  for await (const { key, bytes } of store.list("run/")) expect(bytes).toBe(200_000 + Number(key.slice(-6)));
  expect(await readdir(join(store.label, ".unfinished"))).toEqual([]);
}, 60_000);
