import type { HealthCheckConfig } from "@aws-sdk/client-route-53";
import { describe, expect, test } from "vitest";

import { CHECKER_REGIONS, checkOf } from "./check-of.js";
import { parseRecordData } from "./record-data.js";
import { snapshotOf } from "./snapshot.js";
import { checkStatus } from "./status-of.js";
import { address, apexRecords } from "./testing/facts.js";

const check = (Id: string, HealthCheckConfig: HealthCheckConfig) => ({
  Id,
  CallerReference: Id,
  HealthCheckVersion: 1,
  HealthCheckConfig,
});
const http: HealthCheckConfig = { Type: "HTTP", IPAddress: "10.0.0.1" };

describe("health checks are read with Route 53's defaults", () => {
  test("30 s, threshold 3, port of the protocol, all regions", () => {
    expect(checkOf(check("a", { ...http, ResourcePath: "health" }))).toEqual({
      kind: "endpoint",
      id: "a",
      inverted: false,
      disabled: false,
      protocol: "HTTP",
      address: "10.0.0.1",
      port: 80,
      path: "/health",
      sni: true,
      requestInterval: 30,
      failureThreshold: 3,
      regions: CHECKER_REGIONS,
    });
    expect(checkOf(check("a", { Type: "HTTPS", FullyQualifiedDomainName: "x.test" }))).toMatchObject({
      port: 443,
    });
  });

  test.each([
    { why: "type CLOUDWATCH_METRIC is not evaluated here", config: { Type: "CLOUDWATCH_METRIC" } },
    { why: "type RECOVERY_CONTROL is not evaluated here", config: { Type: "RECOVERY_CONTROL" } },
    { why: "neither IPAddress nor FullyQualifiedDomainName is given", config: { Type: "HTTP" } },
    { why: "RequestInterval must be 10 or 30, got 5", config: { ...http, RequestInterval: 5 } },
    { why: "FailureThreshold must be 1 to 10, got 11", config: { ...http, FailureThreshold: 11 } },
    { why: "Port is required for type TCP", config: { ...http, Type: "TCP" } },
    { why: "Port must be 1 to 65535, got 70000", config: { ...http, Port: 70_000 } },
    { why: "SearchString is required for type HTTP_STR_MATCH", config: { ...http, Type: "HTTP_STR_MATCH" } },
    { why: "Regions must name at least 3, got 1", config: { ...http, Regions: ["us-east-1"] } },
  ] as { why: string; config: HealthCheckConfig }[])("refused: $why", ({ why, config }) => {
    expect(checkOf(check("a", config))).toMatchObject({ kind: "unsupported", reason: why });
  });
});

describe("status of a health check", () => {
  const status = (checks: ReturnType<typeof check>[], endpoint: (id: string) => boolean, id: string) => {
    const built = new Map(checks.map((one) => [one.Id, checkOf(one)]));
    return checkStatus(built.get(id), endpoint, built);
  };
  test.each([
    { what: "as its checkers say", more: {}, checkers: false, expected: false },
    { what: "inverted", more: { Inverted: true }, checkers: false, expected: true },
    { what: "disabled is healthy", more: { Disabled: true }, checkers: false, expected: true },
    {
      what: "disabled and inverted is unhealthy",
      more: { Disabled: true, Inverted: true },
      checkers: true,
      expected: false,
    },
  ])("$what", ({ more, checkers, expected }) => {
    expect(status([check("a", { ...http, ...more })], () => checkers, "a")).toBe(expected);
  });

  test.each([
    { threshold: 0, healthy: [], expected: true },
    { threshold: 1, healthy: ["a"], expected: true },
    { threshold: 2, healthy: ["a"], expected: false },
    { threshold: 2, healthy: ["a", "b"], expected: true },
    { threshold: 3, healthy: ["a", "b"], expected: false },
  ])(
    "calculated: $healthy of a, b healthy, $threshold needed: $expected",
    ({ threshold, healthy, expected }) => {
      const parent = check("p", {
        Type: "CALCULATED",
        ChildHealthChecks: ["a", "b"],
        HealthThreshold: threshold,
      });
      const all = [parent, check("a", http), check("b", http)];
      expect(status(all, (id) => healthy.includes(id), "p")).toBe(expected);
    },
  );

  test("unknown: a type that is not evaluated, a missing child, a calculated child", () => {
    const calculated = (children: string[]) =>
      check("p", { Type: "CALCULATED", ChildHealthChecks: children, HealthThreshold: 1 });
    const alarm = check("w", { Type: "CLOUDWATCH_METRIC" });
    expect(status([alarm], () => true, "w")).toBeUndefined();
    expect(status([calculated(["gone"])], () => true, "p")).toBeUndefined();
    expect(status([calculated(["p"])], () => true, "p")).toBeUndefined();
  });
});

describe("record values", () => {
  test.each([
    ["A", "10.0.0.1", "10.0.0.1"],
    ["AAAA", "2001:db8::1", "2001:db8::1"],
    ["CNAME", "East.Chat.Test.", "east.chat.test"],
    ["MX", "10 mail.chat.test.", { preference: 10, exchange: "mail.chat.test" }],
    ["SRV", "1 2 443 api.chat.test", { priority: 1, weight: 2, port: 443, target: "api.chat.test" }],
    ["CAA", '0 issue "ca.example"', { flags: 0, tag: "issue", value: "ca.example" }],
  ] as const)("%s %s", (type, value, data) => {
    expect(parseRecordData(type, value)).toEqual({ type, data });
  });

  test.each([
    ["A", "10.0.0.256"],
    ["AAAA", "10.0.0.1"],
    ["CNAME", "a..b"],
    ["CNAME", `${"a".repeat(64)}.test`],
    ["MX", "10"],
    ["MX", "70000 mail.chat.test"],
    ["SRV", "1 2 x api.chat.test"],
    ["TXT", "not quoted"],
    ["TXT", `"${"a".repeat(256)}"`],
    ["CAA", "0 other x"],
    ["DS", "1 2 3 ff"],
  ] as const)("refused: %s %s", (type, value) => {
    expect(() => parseRecordData(type, value)).toThrow(`${type} record value ${JSON.stringify(value)}`);
  });
});

describe("a state of the API", () => {
  const zone = (Id: string, Name: string, PrivateZone = false) => ({
    Id: `/hostedzone/${Id}`,
    Name,
    CallerReference: Id,
    Config: { PrivateZone },
  });

  test("private zones are not served, of two zones with one name one is, and it says so", () => {
    const { zones, problems } = snapshotOf({
      zones: [
        { zone: zone("Z2", "chat.test."), sets: apexRecords("chat.test") },
        { zone: zone("Z1", "chat.test."), sets: apexRecords("chat.test") },
        { zone: zone("Z3", "inside.test.", true), sets: [] },
      ],
      checks: [],
    });
    expect([...zones.keys()]).toEqual(["chat.test"]);
    expect(zones.get("chat.test")?.id).toBe("Z1");
    expect(problems).toEqual(["zones Z2 and Z1 are both chat.test; Z1 is served"]);
  });

  test("what can't be served is named, the rest is served", () => {
    const { zones, problems } = snapshotOf({
      zones: [
        {
          zone: zone("Z1", "chat.test."),
          sets: [
            address("bad.chat.test", "10.0.0"),
            address("good.chat.test", "10.0.0.1", { HealthCheckId: "gone" }),
          ],
        },
      ],
      checks: [check("w", { Type: "CLOUDWATCH_METRIC" })],
    });
    expect(zones.get("chat.test")?.names.has("good.chat.test")).toBe(true);
    expect(problems).toEqual([
      'record bad.chat.test: A record value "10.0.0": must be an IPv4 address',
      "health check w: type CLOUDWATCH_METRIC is not evaluated here",
      "record good.chat.test A: health check gone does not exist",
    ]);
  });
});
