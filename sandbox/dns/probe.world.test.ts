import { fileURLToPath } from "node:url";

import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";

// Of this run alone: one that a killed run left behind is in nobody's way.
const namespace = `ss67-void-${process.pid}`;

// A neighbour that is known but not there: packets leave and nothing comes back, as behind a cut link far away.
beforeAll(async () => {
  await execa("ip", ["netns", "add", namespace]);
  for (const line of [
    "link add void type veth peer name end",
    "addr add 10.67.9.1/24 dev void",
    "link set void up",
    "link set end up",
    "neigh add 10.67.9.2 lladdr 02:00:00:00:00:02 dev void",
  ]) {
    await execa("ip", ["-n", namespace, ...line.split(" ")]);
  }
});

afterAll(() => execa("ip", ["netns", "del", namespace]));

test.each([
  { protocol: "HTTP", limit: 4 },
  { protocol: "HTTPS", limit: 4 },
  { protocol: "TCP", limit: 10 },
])("$protocol: an endpoint that does not answer fails after $limit s", async ({ protocol, limit }) => {
  const script = fileURLToPath(new URL("testing/probe-once.ts", import.meta.url));
  const node = [process.execPath, "--import", import.meta.resolve("tsx"), script];
  const inside = [`--net=/run/netns/${namespace}`, "--", ...node, protocol, "10.67.9.2", "443"];
  const { stdout } = await execa("nsenter", inside);
  const { seconds, ...observation } = JSON.parse(stdout) as { seconds: number };
  expect(observation).toEqual({ passed: false, reason: `TCP connection timed out after ${limit} s` });
  expect(seconds).toBeGreaterThanOrEqual(limit - 0.01);
  expect(seconds).toBeLessThan(limit + 1.5);
});
