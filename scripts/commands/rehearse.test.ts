import { beforeEach, expect, test, vi } from "vitest";

import { run } from "../entry.js";

let said: string;

beforeEach(() => {
  said = "";
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    said += String(text);
    return true;
  });
  return () => vi.restoreAllMocks();
});

const rehearse = (...args: string[]) => run(["node", "secondsite", "rehearse", ...args]);

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
  expect(await rehearse(...args)).toBe(2);
  expect(said).toContain(message);
});
