import type { RecordType } from "dns-packet";
import { describe, expect, test } from "vitest";

import { evaluate, type Facts } from "./evaluate.js";
import { address, factsOf } from "./testing/facts.js";

/** Rcode and answers in one line each: `owner type data ttl`. */
function ask(facts: Facts, name: string, type: RecordType | "ANY" = "A"): string[] {
  const { rcode, answers } = evaluate(facts, name, type);
  const lines = answers.map((one) =>
    "data" in one && "ttl" in one ? `${one.name} ${one.type} ${one.data} ${one.ttl}` : "",
  );
  return [rcode, ...lines];
}

const failover = (role: "PRIMARY" | "SECONDARY", value: string, check?: string) =>
  address("api.chat.test.", value, {
    SetIdentifier: role,
    Failover: role,
    ...(check && { HealthCheckId: check }),
  });
const pair = [failover("PRIMARY", "10.0.0.1", "p"), failover("SECONDARY", "10.0.0.2", "s")];

describe("failover records, as Route 53 documents them", () => {
  test.each([
    { p: true, s: true, answer: "10.0.0.1" },
    { p: true, s: false, answer: "10.0.0.1" },
    { p: false, s: true, answer: "10.0.0.2" },
    // What it answers when all are unhealthy: the primary.
    { p: false, s: false, answer: "10.0.0.1" },
  ])("primary healthy $p, secondary healthy $s: $answer", ({ p, s, answer }) => {
    expect(ask(factsOf(pair, { p, s }), "api.chat.test")).toEqual([
      "NOERROR",
      `api.chat.test A ${answer} 60`,
    ]);
  });

  test("a secondary without a health check is always healthy", () => {
    const sets = [failover("PRIMARY", "10.0.0.1", "p"), failover("SECONDARY", "10.0.0.2")];
    expect(ask(factsOf(sets, { p: false }), "api.chat.test")[1]).toContain("10.0.0.2");
  });

  test("an unhealthy primary without a secondary is returned", () => {
    expect(ask(factsOf(pair.slice(0, 1), { p: false }), "api.chat.test")[1]).toContain("10.0.0.1");
  });

  test("a health check whose status is unknown is SERVFAIL, not a guess", () => {
    expect(evaluate(factsOf(pair, { p: true }), "api.chat.test", "A")).toMatchObject({
      rcode: "NOERROR",
    });
    expect(evaluate(factsOf(pair, { s: true }), "api.chat.test", "A")).toMatchObject({
      rcode: "SERVFAIL",
      note: "health check p has no known status",
    });
  });

  test("failover applies to CNAME records too, and the chain is followed within the zone", () => {
    const cname = (role: "PRIMARY" | "SECONDARY", target: string) => ({
      ...failover(role, "", role),
      Type: "CNAME" as const,
      ResourceRecords: [{ Value: target }],
    });
    const sets = [
      cname("PRIMARY", "east.chat.test"),
      cname("SECONDARY", "west.chat.test."),
      address("west.chat.test", "10.0.0.2", { TTL: 300 }),
    ];
    expect(ask(factsOf(sets, { PRIMARY: false, SECONDARY: true }), "api.chat.test")).toEqual([
      "NOERROR",
      "api.chat.test CNAME west.chat.test 60",
      "west.chat.test A 10.0.0.2 300",
    ]);
  });
});

describe("alias records", () => {
  const alias = (role: "PRIMARY" | "SECONDARY", target: string, EvaluateTargetHealth: boolean) => ({
    Name: "www.chat.test",
    Type: "A" as const,
    SetIdentifier: role,
    Failover: role,
    AliasTarget: { HostedZoneId: "Z1", DNSName: target, EvaluateTargetHealth },
  });
  const aliases = (evaluateTargetHealth: boolean) => [
    alias("PRIMARY", "east.chat.test", evaluateTargetHealth),
    alias("SECONDARY", "west.chat.test", true),
    address("east.chat.test", "10.0.0.1", { HealthCheckId: "p", TTL: 30 }),
    address("west.chat.test", "10.0.0.2", { HealthCheckId: "s", TTL: 30 }),
  ];

  test("answers the target's records and TTL under the alias's name", () => {
    const answer = ask(factsOf(aliases(true), { p: true, s: true }), "www.chat.test");
    expect(answer).toEqual(["NOERROR", "www.chat.test A 10.0.0.1 30"]);
  });

  test("takes its target's health only where EvaluateTargetHealth says so", () => {
    const health = { p: false, s: true };
    expect(ask(factsOf(aliases(true), health), "www.chat.test")[1]).toContain("10.0.0.2");
    expect(ask(factsOf(aliases(false), health), "www.chat.test")[1]).toContain("10.0.0.1");
  });

  test("a target that is no record of the zone, or a circle, is SERVFAIL", () => {
    const lost = factsOf([alias("PRIMARY", "lb.elb.us-east-1.amazonaws.com", false)]);
    expect(evaluate(lost, "www.chat.test", "A").note).toContain("is not a record of zone chat.test");
    const circle = factsOf([alias("PRIMARY", "www.chat.test", true)]);
    expect(evaluate(circle, "www.chat.test", "A").note).toContain("leads through more than");
  });
});

describe("weighted and multivalue records", () => {
  const weighted = (Weight: number, value: string, check: string) =>
    address("w.chat.test", value, { SetIdentifier: value, Weight, HealthCheckId: check });
  const sets = [weighted(1, "10.0.0.1", "a"), weighted(3, "10.0.0.2", "b"), weighted(0, "10.0.0.3", "c")];
  const all = { a: true, b: true, c: true };

  test.each([
    { draw: 0, health: all, answer: "10.0.0.1", what: "the first quarter goes to weight 1 of 4" },
    { draw: 0.25, health: all, answer: "10.0.0.2", what: "the rest to weight 3 of 4" },
    { draw: 0.999, health: all, answer: "10.0.0.2", what: "none to weight 0" },
    { draw: 0, health: { ...all, a: false }, answer: "10.0.0.2", what: "an unhealthy one is left out" },
    {
      draw: 0.999,
      health: { ...all, a: false, b: false },
      answer: "10.0.0.3",
      what: "weight 0 when no other is left",
    },
    {
      draw: 0,
      health: { a: false, b: false, c: false },
      answer: "10.0.0.1",
      what: "all count when none is healthy",
    },
  ])("$what", ({ draw, health, answer }) => {
    expect(
      ask(
        factsOf(sets, health, () => draw),
        "w.chat.test",
      ),
    ).toEqual(["NOERROR", `w.chat.test A ${answer} 60`]);
  });

  test("a multivalue answer holds up to eight healthy records, and eight when none is healthy", () => {
    const many = Array.from({ length: 12 }, (_none, index) =>
      address("m.chat.test", `10.0.0.${index}`, {
        SetIdentifier: String(index),
        MultiValueAnswer: true,
        HealthCheckId: index < 3 ? "up" : "down",
      }),
    );
    const answersFor = (up: boolean) =>
      ask(factsOf(many, { up, down: false }), "m.chat.test")
        .slice(1)
        .sort();
    expect(answersFor(true)).toEqual([0, 1, 2].map((index) => `m.chat.test A 10.0.0.${index} 60`));
    expect(answersFor(false)).toHaveLength(8);
  });

  test("a policy that depends on the client's place is SERVFAIL", () => {
    const latency = address("l.chat.test", "10.0.0.1", { SetIdentifier: "x", Region: "us-east-1" });
    expect(evaluate(factsOf([latency]), "l.chat.test", "A").rcode).toBe("SERVFAIL");
  });
});

describe("names", () => {
  const facts = factsOf([
    address("api.chat.test", "10.0.0.1"),
    address("\\052.wild.chat.test", "10.0.0.9"),
    address("own.wild.chat.test", "10.0.0.8"),
    address("a.b.deep.chat.test", "10.0.0.7"),
    { Name: "out.chat.test", Type: "CNAME", TTL: 5, ResourceRecords: [{ Value: "elsewhere.example" }] },
    { Name: "loop.chat.test", Type: "CNAME", TTL: 5, ResourceRecords: [{ Value: "loop.chat.test" }] },
    { Name: "child.chat.test", Type: "NS", TTL: 300, ResourceRecords: [{ Value: "ns.child.chat.test" }] },
    address("ns.child.chat.test", "10.0.0.53"),
  ]);

  test.each([
    ["a name without records does not exist", "nope.chat.test", ["NXDOMAIN"]],
    [
      "letters' case is kept and does not matter",
      "aPi.ChAt.TeSt",
      ["NOERROR", "aPi.ChAt.TeSt A 10.0.0.1 60"],
    ],
    ["a wildcard covers one label", "x.wild.chat.test", ["NOERROR", "x.wild.chat.test A 10.0.0.9 60"]],
    [
      "a wildcard covers several labels",
      "y.x.wild.chat.test",
      ["NOERROR", "y.x.wild.chat.test A 10.0.0.9 60"],
    ],
    [
      "a name of its own comes before the wildcard",
      "own.wild.chat.test",
      ["NOERROR", "own.wild.chat.test A 10.0.0.8 60"],
    ],
    ["a wildcard does not cover what is below a name of its own", "x.own.wild.chat.test", ["NXDOMAIN"]],
    ["a wildcard does not cover its own parent", "wild.chat.test", ["NOERROR"]],
    ["a name between records exists without data", "deep.chat.test", ["NOERROR"]],
    [
      "a CNAME out of the zone is not followed",
      "out.chat.test",
      ["NOERROR", "out.chat.test CNAME elsewhere.example 5"],
    ],
    ["another zone is refused", "example.org", ["REFUSED"]],
    ["the zone's parent is refused", "test", ["REFUSED"]],
  ])("%s", (_what, name, expected) => {
    expect(ask(facts, name)).toEqual(expected);
  });

  test("what does not exist comes with the SOA, cached for the smaller of its TTL and its last field", () => {
    for (const [name, rcode] of [
      ["nope.chat.test", "NXDOMAIN"],
      ["chat.test", "NOERROR"],
    ] as const) {
      expect(evaluate(facts, name, "AAAA")).toMatchObject({
        rcode,
        authoritative: true,
        answers: [],
        authorities: [{ type: "SOA", name: "chat.test", ttl: 900 }],
      });
    }
  });

  test("NS and SOA are at the apex", () => {
    expect(ask(facts, "chat.test", "NS")).toEqual(["NOERROR", "chat.test NS ns-1.awsdns-1.com 172800"]);
    expect(evaluate(facts, "chat.test", "SOA").answers).toMatchObject([{ type: "SOA", ttl: 900 }]);
  });

  test("a circle of CNAMEs ends", () => {
    expect(ask(facts, "loop.chat.test").length).toBeLessThan(12);
  });

  test("a delegated name is referred to its name servers, with their addresses", () => {
    expect(evaluate(facts, "x.child.chat.test", "A")).toMatchObject({
      rcode: "NOERROR",
      authoritative: false,
      answers: [],
      authorities: [{ type: "NS", name: "child.chat.test", data: "ns.child.chat.test" }],
      additionals: [{ type: "A", name: "ns.child.chat.test", data: "10.0.0.53" }],
    });
  });

  test("ANY is answered with one small record (RFC 8482)", () => {
    expect(evaluate(facts, "api.chat.test", "ANY").answers).toMatchObject([{ type: "HINFO" }]);
  });
});
