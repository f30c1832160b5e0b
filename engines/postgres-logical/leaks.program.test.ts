import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";

import type { DatabaseAddress } from "../comparison/index.js";
import { openStaging, sweepStaging } from "../staging.js";
import { capture } from "./capture.js";
import { finishFolder, folderReader, folderWriter } from "./folder-parts.js";
import type { LogicalPoint } from "./point.js";
import { killedAfter } from "./testing/killed.js";
import { type TestServer, testServer } from "./testing/world.js";
import { verify } from "./verify.js";

let server: TestServer;
let shop: DatabaseAddress;
let staging: string;
let folder: string;
let point: LogicalPoint;

beforeAll(async () => {
  server = await testServer();
  [staging, folder] = [join(server.folder, "staging"), join(server.folder, "point")];
  await mkdir(staging);
  shop = await server.database("shop");
  await server.sql(shop, "CREATE TABLE t AS SELECT n, md5(n::text) FROM generate_series(1, 100000) n");
  point = await capture({ address: shop, as: "owner" }, await folderWriter(folder), run());
  await finishFolder(folder, point);
});
afterAll(() => server[Symbol.asyncDispose]());

const run = () => ({ staging, say: () => undefined });

/** Runs a script, kills it once it has said something and a while has passed. */
async function killed(text: string, delay: number, tree: boolean): Promise<void> {
  const script = join(server.folder, "script.mts");
  const at = (path: string) => JSON.stringify(join(import.meta.dirname, path));
  await writeFile(
    script,
    `import { capture } from ${at("capture.ts")};
     import { folderPoint, folderReader, folderWriter } from ${at("folder-parts.ts")};
     import { verify } from ${at("verify.ts")};
     const run = { staging: ${JSON.stringify(staging)}, say: (line) => console.log(line) };
     const folder = ${JSON.stringify(folder)};
     const address = ${JSON.stringify(shop)};
     ${text}`,
  );
  const child = spawn(process.execPath, ["--import", "tsx", script], {
    detached: true,
    stdio: ["ignore", "pipe", "inherit"],
    cwd: join(import.meta.dirname, "../.."),
  });
  await killedAfter(child, delay, tree);
}

/** Servers that run in the staging area, and programs that dump. */
async function left(): Promise<string[]> {
  const found: string[] = [];
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const line = (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).replaceAll("\0", " ");
    if (line.includes(`${staging}/`) && !line.includes("script.mts")) found.push(line);
  }
  return found;
}

test.for([true, false])(
  "B10: a verification that is killed (its whole tree: %s) leaves no server and no file after the next",
  async (tree) => {
    for (const delay of [50, 400])
      await killed(
        `await verify(await folderPoint(folder), folderReader(folder), "restored", run);`,
        delay,
        tree,
      );
    expect(await verify(point, folderReader(folder), "restored", run())).toMatchObject({ faults: [] });
    expect(await readdir(staging)).toEqual([]);
    expect(await left()).toEqual([]);
  },
);

test("fault 10: when only the capture itself is killed, nothing that it started goes on", async () => {
  for (const parallel of ["undefined", "{ jobs: 2, staging: 1 << 20 }"]) {
    await killed(
      `const slow = { label: "slow", discard: async () => {}, async write(name, content) {
         for await (const _ of content) await new Promise((resolve) => setTimeout(resolve, 200));
         return { name, bytes: 0, sha256: "" };
       } };
       await capture({ address, as: "owner", parallel: ${parallel} }, slow, run);`,
      600,
      false,
    );
    const sessions = async () =>
      (
        await server.sql(
          server.address,
          "SELECT application_name FROM pg_stat_activity WHERE datname = 'shop' AND pid <> pg_backend_pid()",
        )
      )[0]?.rows;
    // What it started notices at its next read or write.
    for (let waited = 0; waited < 10_000 && (await sessions())?.length !== 0; waited += 100) await pause(100);
    expect(await sessions()).toEqual([]);
    expect(await left()).toEqual([]);
  }
  await using next = await openStaging(staging);
  expect(await readdir(staging)).toEqual([next.folder.slice(staging.length + 1)]);
});

test("a sweep takes nothing of a run that lives, and finds what is planted", async () => {
  const root = await mkdtemp(join(tmpdir(), "ss-sweep-"));
  await using mine = await openStaging(root);
  const planted = join(root, "secondsite-1-99999999-deadbeef");
  for (const path of [planted, join(root, "somebody-else")]) await mkdir(path);
  expect(await sweepStaging(root)).toEqual([planted]);
  expect([existsSync(mine.folder), existsSync(join(root, "somebody-else"))]).toEqual([true, true]);
  await rm(root, { recursive: true });
});
