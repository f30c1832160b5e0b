import { existsSync } from "node:fs";
import { chmod, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { execa } from "execa";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { type Progress, silent } from "../progress.js";
import { packageDir } from "./cache.js";
import { installCached } from "./install-cached.js";
import type { CachedPackage, Job, Source } from "./model.js";

let cache: string;

beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), "secondsite-cache-"));
  vi.stubEnv("SECONDSITE_CACHE", cache);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(cache, { recursive: true });
});

/** A source that leaves a real program in the package's folder. */
function writes(said: string, before: (job: Job) => Promise<void> = async () => undefined): Source {
  return {
    name: `writes ${said}`,
    check: "none",
    async fetch(job) {
      await before(job);
      await writeFile(join(job.bin, "hello"), `#!/bin/sh\necho ${said}\n`);
      await chmod(join(job.bin, "hello"), 0o755);
    },
  };
}

const unreachable: Source = {
  name: "far away",
  check: "none",
  fetch: () => Promise.reject(new Error("no answer within 4 s")),
};

const order = (sources: readonly Source[]) => {
  const pkg: CachedPackage = { kind: "cached", version: "1.0.0", recipe: "hello", sources };
  return {
    name: "hello",
    pkg,
    need: () => Promise.reject(new Error("nothing needed")),
    faults: async (root: string) => {
      const { stdout, failed } = await execa(join(root, "bin/hello"), { reject: false });
      return !failed && stdout === "fine" ? [] : ["hello: does not say fine"];
    },
  };
};

/** Notes how each step ended. */
function noting(lines: string[]): Progress {
  return {
    async step(title, work) {
      try {
        const result = await work(() => undefined);
        lines.push(`${title}: done`);
        return result;
      } catch (error) {
        lines.push(`${title}: ${(error as Error).message}`);
        throw error;
      }
    },
  };
}

test("one failing source falls through to the next with one line why", async () => {
  const lines: string[] = [];
  const wanted = order([unreachable, writes("wrong"), writes("fine")]);

  await installCached(wanted, noting(lines));

  expect(lines).toEqual([
    "Install hello: far away: no answer within 4 s",
    "Install hello: writes wrong: not what was asked for: hello: does not say fine",
    "Install hello: writes fine: done",
  ]);
  expect(await wanted.faults(packageDir("hello", wanted.pkg))).toEqual([]);
});

test("nothing to be had is a clear error with every source's reason", async () => {
  const wanted = order([unreachable, writes("wrong")]);

  await expect(installCached(wanted, silent)).rejects.toMatchObject({
    exitCode: 3,
    message:
      "hello 1.0.0: no source worked: far away: no answer within 4 s; " +
      "writes wrong: not what was asked for: hello: does not say fine",
  });
  expect(existsSync(packageDir("hello", wanted.pkg))).toBe(false);
});

test("concurrent runs install once and do not disturb each other", async () => {
  let fetched = 0;
  const slow = writes("fine", async () => {
    fetched += 1;
    await new Promise((resolve) => setTimeout(resolve, 300));
  });

  await Promise.all([1, 2, 3].map(() => installCached(order([slow]), silent)));

  expect(fetched).toBe(1);
  expect(await readdir(join(cache, "tools"))).toHaveLength(1);
});

test("a package that no longer works is replaced", async () => {
  const wanted = order([writes("fine")]);
  await installCached(wanted, silent);
  await writeFile(join(packageDir("hello", wanted.pkg), "bin/hello"), "#!/bin/sh\nexit 1\n");

  await installCached(wanted, silent);

  expect(await wanted.faults(packageDir("hello", wanted.pkg))).toEqual([]);
});

test("an attempt that was killed leaves nothing behind that the next one would take for whole", async () => {
  const wanted = order([
    writes("fine", async ({ root }) => {
      expect(await readdir(join(cache, "attempts", entry))).toEqual([root.split("/").at(-1)]);
    }),
  ]);
  const entry = packageDir("hello", wanted.pkg).split("/").at(-1) ?? "";
  // What a process killed in mid-work leaves.
  const dead = join(cache, "attempts", entry, "dead", "bin");
  await execa("mkdir", ["-p", dead]);
  await writeFile(join(dead, "hello"), "half");

  await installCached(wanted, silent);

  expect(await wanted.faults(packageDir("hello", wanted.pkg))).toEqual([]);
});

test("a cache that cannot be written is named, with the variable that moves it", async () => {
  await writeFile(join(cache, "file"), "");
  vi.stubEnv("SECONDSITE_CACHE", join(cache, "file", "below"));

  await expect(installCached(order([writes("fine")]), silent)).rejects.toMatchObject({
    exitCode: 3,
    message: `cache ${join(cache, "file", "below")}: cannot be written`,
    hint: expect.stringContaining("SECONDSITE_CACHE="),
  });
});
