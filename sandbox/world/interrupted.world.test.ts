import { spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";

import { afterAll, expect, test } from "vitest";

import { down } from "./index.js";
import { pathsOf } from "./paths.js";
import { readRecord } from "./record.js";
import { testImages } from "./testing/images.js";
import { noTraces, tracesOf } from "./testing/traces.js";

const spec = {
  name: "test-cut",
  net: 62,
  regions: [
    { region: "us-east-1", cluster: true },
    { region: "us-west-2", cluster: false },
  ],
};

afterAll(async () => {
  await down(spec);
});

/** Starts a world in another process and ends that with SIGKILL once it has started `program`. */
async function cutShortAt(program: string): Promise<void> {
  const loader = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
  const starter = fileURLToPath(new URL("./testing/starter.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", loader, starter, JSON.stringify(spec)], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  const ended = once(child, "exit");
  let reached = false;
  while (!reached && child.exitCode === null) {
    const entries = await readRecord(pathsOf(spec.name).record);
    reached = entries.some((entry) => entry.kind === "process" && entry.program === program);
    await sleep(10);
  }
  child.kill("SIGKILL");
  await ended;
  expect(reached).toBe(true);
}

test.each(["connections", "kube-apiserver", "kubelet"])(
  "everything started is taken down after a crash of who started it, as %s was started",
  async (program) => {
    await testImages();
    await cutShortAt(program);
    expect(await tracesOf(spec)).not.toEqual(noTraces);

    expect(await down({ name: spec.name })).toMatchObject({ wasUp: true });

    expect(await tracesOf(spec)).toEqual(noTraces);
  },
);

test("what the record does not tell is found in the kernel: without it, down leaves nothing either", async () => {
  await cutShortAt("kubelet");
  await rm(pathsOf(spec.name).record);

  await down(spec);

  expect(await tracesOf(spec)).toEqual(noTraces);
  expect(await down(spec)).toEqual({ wasUp: false, processes: 0 });
});
