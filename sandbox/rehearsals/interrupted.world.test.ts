import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { execa } from "execa";
import { expect, test } from "vitest";

import { placesOf } from "../address.js";
import { defaultWorld, leftovers } from "../world/index.js";
import { testWorld } from "./testing/rehearsal.js";
import { projectRoot } from "./workspace.js";

test("Ctrl-C in the middle takes everything down", async () => {
  const folder = await mkdtemp(join(tmpdir(), "secondsite-interrupted-"));
  const { name, net } = testWorld;
  const running = execa(
    process.execPath,
    [
      ...[join(projectRoot, "scripts/bin/secondsite.mjs"), "rehearse"],
      ...[join(projectRoot, "plans/kubernetes-chat.ts"), "--name", name, "--net", String(net)],
    ],
    { cwd: folder, stdin: "ignore", reject: false },
  );
  running.stderr.on("data", (chunk: Buffer) => {
    if (chunk.includes("Primary deployed: 20 resources")) running.kill("SIGINT");
  });
  const { exitCode, stderr } = await running;
  await rm(folder, { recursive: true });

  expect(stderr).toContain("secondsite: interrupted");
  expect(exitCode).toBe(3);
  expect(await leftovers(name, placesOf({ ...defaultWorld, ...testWorld }))).toEqual([]);
});
