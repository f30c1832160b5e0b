import { expect, test } from "vitest";

import { parseConnections } from "./connections.js";

test("every connection that a place opens is recorded: time, source, destination, port, and what answered", () => {
  const log = [
    "[1795238523.641722]\t    [NEW] ipv4     2 tcp      6 120 SYN_SENT src=10.244.1.2 dst=10.96.1.88 sport=48162 dport=80 [UNREPLIED] src=10.244.1.9 dst=10.244.1.2 sport=8080 dport=48162",
    "[1795238524.000100]\t    [NEW] ipv4     2 udp      17 30 src=10.61.0.4 dst=10.61.0.3 sport=5000 dport=53 [UNREPLIED] src=10.61.0.3 dst=10.61.0.4 sport=53 dport=5000",
    "[1795238525.000000]\t    [NEW] ipv4     2 icmp     1 30 src=10.61.0.4 dst=10.61.1.10 type=8 code=0 id=3 [UNREPLIED] src=10.61.1.10 dst=10.61.0.4 type=0 code=0 id=3",
    "conntrack v1.4.7 (conntrack-tools): 3 flow events have been shown.",
    "[1795238526.00",
  ].join("\n");

  expect(parseConnections(log)).toEqual([
    {
      at: 1795238523642,
      protocol: "tcp",
      source: "10.244.1.2",
      destination: "10.96.1.88",
      answeredBy: "10.244.1.9",
      port: 80,
    },
    {
      at: 1795238524000,
      protocol: "udp",
      source: "10.61.0.4",
      destination: "10.61.0.3",
      answeredBy: "10.61.0.3",
      port: 53,
    },
    {
      at: 1795238525000,
      protocol: "icmp",
      source: "10.61.0.4",
      destination: "10.61.1.10",
      answeredBy: "10.61.1.10",
    },
  ]);
});
