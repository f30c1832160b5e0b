import { expect, test } from "vitest";

import { judge } from "../testing/judge.js";
import { keysOutliveMistakes } from "./keys-outlive-mistakes.js";

const judged = (type: string, props: Record<string, unknown>) =>
  judge(keysOutliveMistakes, [{ type, name: "customer", props }]);
const [key, replica] = ["aws:kms/key:Key", "aws:kms/replicaKey:ReplicaKey"];

test("passes a key that rotates and waits 30 days, by its own word or KMS's default", async () => {
  expect(await judged(key, { enableKeyRotation: true, deletionWindowInDays: 30 })).toEqual([]);
  expect(await judged(key, { enableKeyRotation: true })).toEqual([]);
});

test("fails a key that never rotates", async () => {
  expect(await judged(key, { deletionWindowInDays: 30 })).toEqual([
    'key "customer" does not rotate: set enableKeyRotation to true',
  ]);
});

test("fails a key, and a replica, that is gone within a week", async () => {
  const message = 'key "customer" is gone 7 days after a deletion: set deletionWindowInDays to 30';
  expect(await judged(key, { enableKeyRotation: true, deletionWindowInDays: 7 })).toEqual([message]);
  expect(await judged(replica, { deletionWindowInDays: 7 })).toEqual([message]);
});

test("a replica rotates with its primary", async () => {
  expect(await judged(replica, { deletionWindowInDays: 30 })).toEqual([]);
});
