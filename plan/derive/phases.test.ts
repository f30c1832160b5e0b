import { expect, test } from "vitest";

import chat from "../../plans/kubernetes-chat.js";
import { service } from "../builders.js";
import { floorSeconds } from "../floor.js";
import type { Plan } from "../schema/index.js";
import { together } from "./phases/graph.js";
import type { Recovery } from "./phases.js";
import { base, recovery, steps } from "./testing/recoveries.js";

test("C1: what a takeover waits for is lease wait, check turning healthy, and TTL", () => {
  expect(floorSeconds(chat)).toBe(60 + 5 + 3 * 10 + 60);
  const { lease: _, dns: __, ...without } = chat;
  expect(floorSeconds(without as Plan)).toBe(0);
});

test("D9: two instances need a restart at most; a single one may have to be deployed anew", () => {
  const single = { app: service({ image: "app", startup: "10s", replicas: 1 }) };

  expect(steps(recovery("service"))).toEqual([
    ["notice", 60],
    ["decision", 120],
    ["restart", 10],
  ]);
  expect(steps(recovery("service", { services: single })).slice(3)).toEqual([
    ["provisioning", 240],
    ["start", 10],
  ]);
});

test("one machine writes one dataset at a time, a region all of them at once", () => {
  const other = { ...base.datasets.rows, database: "other", references: [] };
  const datasets = { ...base.datasets, other };
  const restore = (found: Recovery) => found.path.find(({ name }) => name.startsWith("restore"))?.seconds;

  expect(restore(recovery("region", { datasets }))).toBe(1_200);
  expect(together([600, 600], Number.POSITIVE_INFINITY)).toBe(600);
});
