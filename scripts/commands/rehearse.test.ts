import { beforeEach, expect, test } from "vitest";

import { openTerminal, type Terminal } from "../testing/terminal.js";

let terminal: Terminal;

beforeEach(() => {
  terminal = openTerminal();
  return () => terminal.close();
});

test.each([
  [["plans/no-such-plan.ts"], 'no plan at "plans/no-such-plan.ts"'],
  [["plans/kubernetes-chat.ts", "--scenario", "flood"], "Allowed choices are region-loss, partition."],
  [["plans/kubernetes-chat.ts", "--control", "luck"], "Allowed choices are archiving-off"],
  [["plans/kubernetes-chat.ts", "--seed", "-1"], 'It must be a whole number from 0, got "-1"'],
  [["plans/kubernetes-chat.ts", "--net", "300"], "net: must be 1 to 254, got 300"],
  [
    ["plans/kubernetes-chat.ts", "--control", "keeper-disabled"],
    'control "keeper-disabled" belongs to scenario "partition", got "region-loss"',
  ],
])("%j is bad input: exit code 2 and one clear message", async (args, message) => {
  const { code, err } = await terminal.secondsite("rehearse", ...args);

  expect(code).toBe(2);
  expect(err).toContain(message);
});
