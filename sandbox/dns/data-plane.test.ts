import { type AddressInfo, createServer } from "node:net";

import { afterEach, expect, test } from "vitest";

import { type ControlPlane, controlPlane } from "./control-plane.js";
import { DataPlane } from "./data-plane.js";
import type { ApiState } from "./snapshot.js";
import { address, apexRecords } from "./testing/facts.js";

const credentials = { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "example" };
const planes: DataPlane[] = [];
afterEach(() => {
  for (const plane of planes.splice(0)) plane.stop();
});

function planeOf(source: ControlPlane) {
  const log: { event: string; details: Readonly<Record<string, unknown>> }[] = [];
  const plane = new DataPlane(source, (event, details) => log.push({ event, details }));
  planes.push(plane);
  return { plane, log };
}

const state = (sets: ApiState["zones"][number]["sets"], checks: ApiState["checks"] = []): ApiState => ({
  zones: [
    {
      zone: { Id: "/hostedzone/Z1", Name: "chat.test.", CallerReference: "1" },
      sets: [...apexRecords("chat.test"), ...sets],
    },
  ],
  checks,
});

test("before the control plane has been read, every answer is SERVFAIL, which nobody caches for long", async () => {
  const { plane, log } = planeOf(controlPlane("http://127.0.0.1:1", credentials));
  await plane.start();
  expect(plane.answer("api.chat.test", "A")).toMatchObject({ rcode: "SERVFAIL", authoritative: false });
  expect(plane.status().controlPlane).toEqual({
    lastRead: null,
    lastError: expect.stringContaining("ECONNREFUSED"),
  });
  expect(log).toMatchObject([{ event: "control-plane", details: { reachable: false } }]);
});

test("a control plane that accepts and never answers is given up", async () => {
  const silent = createServer((socket) => socket.resume());
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const { port } = silent.address() as AddressInfo;
  const started = performance.now();
  await expect(controlPlane(`http://127.0.0.1:${port}`, credentials).read()).rejects.toThrow();
  expect(performance.now() - started).toBeLessThan(6_000);
  silent.close();
});

test("a reading that fails keeps what was read before, and a failure is logged once", async () => {
  const readings = [async () => state([address("api.chat.test", "10.0.0.1")])];
  const read = async () => {
    const next = readings.shift();
    if (!next) throw new Error("gone");
    return next();
  };
  const { plane, log } = planeOf({ read });
  for (let times = 0; times < 3; times++) await plane.start();
  expect(plane.answer("api.chat.test", "A").answers).toMatchObject([{ data: "10.0.0.1" }]);
  expect(log.map(({ event }) => event)).toEqual(["data", "control-plane"]);
});

test("a health check by name asks the address that this server answers, through CNAMEs", async () => {
  const target = createServer();
  await new Promise<void>((resolve) => target.listen(0, "127.0.0.1", resolve));
  const { port } = target.address() as AddressInfo;
  const checkOf = (Id: string, FullyQualifiedDomainName: string) => ({
    Id,
    CallerReference: Id,
    HealthCheckVersion: 1,
    HealthCheckConfig: { Type: "TCP" as const, FullyQualifiedDomainName, Port: port, RequestInterval: 10 },
  });
  const sets = [
    address("east.chat.test", "127.0.0.1"),
    {
      Name: "api.chat.test",
      Type: "CNAME" as const,
      TTL: 60,
      ResourceRecords: [{ Value: "east.chat.test" }],
    },
  ];
  const checks = [checkOf("known", "api.chat.test"), checkOf("unknown", "api.example.org")];
  const { plane } = planeOf({ read: async () => state(sets, checks) });
  await plane.start();
  const first = (id: string) => plane.status().healthChecks.find((one) => one.id === id)?.checkers[0]?.last;
  await expect
    .poll(() => first("known"), { timeout: 5_000 })
    .toMatchObject({ passed: true, reason: "TCP connected" });
  await expect
    .poll(() => first("unknown"))
    .toMatchObject({
      passed: false,
      reason: "DNS resolution failed: no A record for api.example.org",
    });
  target.close();
});
