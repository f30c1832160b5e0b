import { expect, test } from "vitest";

import { judge } from "../testing/judge.js";
import { failoverChecked } from "./failover-checked.js";

const record = (side: "PRIMARY" | "SECONDARY", healthCheckId?: string) => ({
  type: "aws:route53/record:Record",
  name: side.toLowerCase(),
  props: {
    name: "api.chat.test",
    failoverRoutingPolicies: [{ type: side }],
    ...(healthCheckId ? { healthCheckId } : {}),
  },
});

test("passes a name whose both sides are checked", async () => {
  expect(await judge(failoverChecked, [record("PRIMARY", "a"), record("SECONDARY", "b")])).toEqual([]);
});

test("passes a check that is made in the same run and has no id yet", async () => {
  const check = { type: "aws:route53/healthCheck:HealthCheck", name: "check", props: {} };
  const stack = [check, record("PRIMARY", "a"), { ...record("SECONDARY"), from: { healthCheckId: "check" } }];
  expect(await judge(failoverChecked, stack)).toEqual([]);
});

test("fails an unchecked standby: it would be answered though it is down", async () => {
  expect(await judge(failoverChecked, [record("PRIMARY", "a"), record("SECONDARY")])).toEqual([
    'SECONDARY record "secondary" has no health check: Route 53 would take it for healthy always',
  ]);
});

test("fails an unchecked primary: it would pull traffic back", async () => {
  expect(await judge(failoverChecked, [record("PRIMARY"), record("SECONDARY", "b")])).toEqual([
    'PRIMARY record "primary" has no health check: Route 53 would take it for healthy always',
  ]);
});

test("fails a name with one side", async () => {
  expect(await judge(failoverChecked, [record("PRIMARY", "a")])).toEqual([
    '"api.chat.test" fails over from or to nowhere: it has no SECONDARY record',
  ]);
});

test("leaves plain records alone", async () => {
  const plain = { type: "aws:route53/record:Record", name: "www", props: { name: "www.chat.test" } };
  expect(await judge(failoverChecked, [plain])).toEqual([]);
});
