import { expect, test } from "vitest";

import plan from "../../plans/kubernetes-chat.js";
import { record } from "../testing/record.js";
import { FailoverRecord } from "./failover-record.js";

const dns = plan.dns ?? expect.fail("the plan has DNS");
const recorded = await record(
  () =>
    new FailoverRecord("chat", {
      dns,
      primary: { site: "virginia", endpoint: { service: "192.0.2.1", health: "192.0.2.2" } },
      standby: {
        site: "oregon",
        endpoint: { service: "door.oregon.example.com", health: "keeper.oregon.example.com" },
      },
    }),
);

test("both sides are checked, at the endpoint that says yes only to the lease's holder, as often as the plan says", () => {
  const check = {
    type: "HTTP",
    port: 8008,
    resourcePath: "/site",
    requestInterval: 10,
    failureThreshold: 3,
  };
  expect(recorded.inputsOf("aws:route53/healthCheck:HealthCheck")).toEqual({
    "chat-virginia-check": { ...check, ipAddress: "192.0.2.2", tags: { site: "virginia" } },
    "chat-oregon-check": { ...check, fqdn: "keeper.oregon.example.com", tags: { site: "oregon" } },
  });
});

test("one name, two failover records, each following its own check; an address is an A record, a name a CNAME", () => {
  const common = { zoneId: undefined, name: "api.chat.test", ttl: 60 };
  expect(recorded.inputsOf("aws:route53/record:Record")).toEqual({
    "chat-virginia-record": {
      ...common,
      type: "A",
      records: ["192.0.2.1"],
      setIdentifier: "virginia",
      failoverRoutingPolicies: [{ type: "PRIMARY" }],
      healthCheckId: "chat-virginia-check-id",
    },
    "chat-oregon-record": {
      ...common,
      type: "CNAME",
      records: ["door.oregon.example.com"],
      setIdentifier: "oregon",
      failoverRoutingPolicies: [{ type: "SECONDARY" }],
      healthCheckId: "chat-oregon-check-id",
    },
  });
  expect(recorded.all).toHaveLength(5);
});
