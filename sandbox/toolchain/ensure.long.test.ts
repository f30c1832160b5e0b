import { access, constants, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { silent } from "../progress.js";
import { ensureTools, surveyTools, toolNames } from "./index.js";

test("everything that doctor wants can be had here, and is there afterwards", async () => {
  const tools = await ensureTools(toolNames, silent);

  for (const name of toolNames) await access(tools[name], constants.X_OK);
  const survey = await surveyTools();
  expect(survey.filter(({ state }) => state !== "present")).toEqual([]);
}, 1_500_000);

test("a second time nothing is installed and it takes seconds", async () => {
  const steps: string[] = [];
  const startedAt = Date.now();

  await ensureTools(toolNames, {
    step: (title, work) => {
      steps.push(title);
      return silent.step(title, work);
    },
  });

  expect(steps).toEqual([]);
  expect(Date.now() - startedAt).toBeLessThan(15_000);
});

describe("processes that share a cache", () => {
  let cache: string;

  beforeEach(async () => {
    cache = await mkdtemp(join(tmpdir(), "secondsite-cache-"));
  });

  afterEach(async () => {
    await rm(cache, { recursive: true, maxRetries: 5, retryDelay: 200 });
  });

  /** Another process that needs ministack's interpreter, and prints where it is. */
  function other() {
    const code =
      "const { ensureTools } = await import(process.argv[1]);" +
      "const progress = { step: (title, work) => work((detail) => console.error(detail)) };" +
      "console.log((await ensureTools(['ministack-python'], progress))['ministack-python']);";
    const index = join(import.meta.dirname, "index.ts");
    return execa(
      process.execPath,
      ["--import", import.meta.resolve("tsx"), "--input-type=module", "--eval", code, index],
      { env: { SECONDSITE_CACHE: cache } },
    );
  }

  test("concurrent runs don't corrupt the cache", async () => {
    const [one, two] = await Promise.all([other(), other()]);

    expect(one.stdout).toBe(two.stdout);
    expect(one.stderr + two.stderr).toContain("another process is installing it; waiting");
    expect(await readdir(join(cache, "tools"))).toHaveLength(1);
    const { stdout } = await execa(one.stdout, ["-m", "ministack", "--help"]);
    expect(stdout).toContain("MiniStack");
  });

  test("an interrupted run resumes: one that is killed does not stand in the way of the next", async () => {
    const killed = other();
    await new Promise<void>((resolve) => {
      killed.stderr.on("data", (text) => {
        if (String(text).includes("installing")) resolve();
      });
    });
    killed.kill("SIGKILL");
    await killed.catch(() => undefined);

    const { stdout } = await other();

    expect(await readdir(join(cache, "tools"))).toHaveLength(1);
    await access(stdout, constants.X_OK);
  });
});
