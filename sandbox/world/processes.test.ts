import { spawn } from "node:child_process";
import { once } from "node:events";

import { expect, test } from "vitest";

import { isAlive, kill, processStat } from "./processes.js";

test("a recorded process is ended, but never a later one that got its pid", async () => {
  const child = spawn("sleep", ["60"], { stdio: "ignore" });
  await once(child, "spawn");
  const id = processStat(child.pid ?? 0);
  if (!id) throw new Error("sleep is not running");

  kill({ pid: id.pid, startTime: id.startTime - 1 });
  expect(isAlive(id)).toBe(true);
  expect(isAlive({ pid: id.pid, startTime: id.startTime - 1 })).toBe(false);

  const end = once(child, "exit");
  kill(id);
  await end;
  expect(isAlive(id)).toBe(false);
  // Gone by now: nothing to end, and no error.
  kill(id);
});
