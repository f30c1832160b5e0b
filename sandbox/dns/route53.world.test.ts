import { Resolver } from "node:dns/promises";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import {
  ChangeResourceRecordSetsCommand,
  CreateHealthCheckCommand,
  CreateHostedZoneCommand,
  type ResourceRecordSet,
  Route53Client,
} from "@aws-sdk/client-route-53";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { ministack, rootCredentials } from "../aws/index.js";
import { silent } from "../progress.js";
import { ensureTools } from "../toolchain/index.js";
import { route53, route53Status } from "./index.js";
import { askTcp, Endpoint, exchange, type RunningProgram, run, throwAt } from "./testing/running.js";

const cloud = "http://127.67.0.2:4566";
const server = "127.67.0.3";
const api = new Route53Client({ endpoint: cloud, region: "us-east-1", credentials: rootCredentials });
const resolver = new Resolver();
resolver.setServers([server]);
const [primary, standby, flapping] = ["127.67.1.10", "127.67.2.10", "127.67.3.10"].map(
  (address) => new Endpoint(address),
) as [Endpoint, Endpoint, Endpoint];

let dir: string;
let zone: string | undefined;
let cloudProgram: RunningProgram;
let dns: RunningProgram;
const start = () =>
  run(route53({ address: server, cloud, credentials: rootCredentials, log: join(dir, "dns.jsonl") }));

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "secondsite-dns-"));
  const tools = await ensureTools(["ministack-python"], silent);
  const program = ministack({
    python: tools["ministack-python"],
    address: "127.67.0.2",
    log: join(dir, "ministack.log"),
  });
  cloudProgram = await run(program);
  dns = await start();
  const made = await api.send(new CreateHostedZoneCommand({ Name: "chat.test", CallerReference: "zone" }));
  zone = made.HostedZone?.Id;
});

afterAll(async () => {
  await Promise.all([dns?.kill(), cloudProgram?.kill(), primary.close(), standby.close(), flapping.close()]);
  await rm(dir, { recursive: true, force: true });
});

async function upsert(...sets: ResourceRecordSet[]): Promise<void> {
  const Changes = sets.map((ResourceRecordSet) => ({ Action: "UPSERT" as const, ResourceRecordSet }));
  await api.send(new ChangeResourceRecordSetsCommand({ HostedZoneId: zone, ChangeBatch: { Changes } }));
}

async function httpCheck({ address }: Endpoint): Promise<string> {
  const HealthCheckConfig = {
    Type: "HTTP",
    IPAddress: address,
    Port: 8080,
    RequestInterval: 10,
    FailureThreshold: 3,
  } as const;
  const { HealthCheck } = await api.send(
    new CreateHealthCheckCommand({ CallerReference: address, HealthCheckConfig }),
  );
  return HealthCheck?.Id ?? "";
}

/** Waits until something holds; resolves to the seconds it took. */
async function until(what: () => Promise<boolean>, seconds: number): Promise<number> {
  const started = performance.now();
  await expect.poll(what, { interval: 100, timeout: seconds * 1_000 }).toBe(true);
  return (performance.now() - started) / 1_000;
}

const answers = async (name: string) => (await resolver.resolve4(name).catch(() => [])).join();
const statusOf = async (id: string) =>
  (await route53Status(server))?.healthChecks.find((check) => check.id === id)?.status;

interface Entry {
  readonly event: string;
  readonly check?: string;
  readonly was?: string | null;
  readonly status?: string;
  readonly name?: string;
}
const entries = async (): Promise<Entry[]> =>
  (await readFile(join(dir, "dns.jsonl"), "utf8"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Entry);

test("records are served over UDP and TCP within seconds of their change", async () => {
  const set = (Value: string) => ({
    Name: "one.chat.test",
    Type: "A" as const,
    TTL: 42,
    ResourceRecords: [{ Value }],
  });
  await upsert(set("10.0.0.1"));
  expect(await until(async () => (await answers("one.chat.test")) === "10.0.0.1", 5)).toBeLessThan(5);
  expect(await askTcp(server, "one.chat.test")).toMatchObject([{ type: "A", ttl: 42, data: "10.0.0.1" }]);
  await upsert(set("10.0.0.2"));
  await until(async () => (await answers("one.chat.test")) === "10.0.0.2", 5);
  await expect(resolver.resolve4("two.chat.test")).rejects.toMatchObject({ code: "ENOTFOUND" });
  await expect(resolver.resolve4("one.example.org")).rejects.toMatchObject({ code: "EREFUSED" });
  expect(await resolver.resolveSoa("chat.test")).toMatchObject({ minttl: 86_400 });
});

test("any bytes from the network leave the server answering", async () => {
  const bytes = fc.uint8Array({ maxLength: 700 });
  for (const [index, noise] of fc.sample(bytes, 40).entries()) {
    await throwAt(server, fc.sample(bytes, 20));
    // A connection reset is as good as one closed.
    await exchange(
      server,
      index % 2 ? noise : Buffer.concat([Buffer.from([0, noise.length % 256]), noise]),
    ).catch(() => "reset");
  }
  expect(dns.alive()).toBe(true);
  expect(await answers("one.chat.test")).toBe("10.0.0.2");
});

describe("failover at real intervals: 10 s, threshold 3", () => {
  const checks = { primary: "", standby: "", flapping: "" };
  let flap: NodeJS.Timeout;
  let up = true;

  beforeAll(async () => {
    await Promise.all([primary.open(), flapping.open()]);
    checks.primary = await httpCheck(primary);
    checks.standby = await httpCheck(standby);
    checks.flapping = await httpCheck(flapping);
    const set = (role: "PRIMARY" | "SECONDARY", endpoint: Endpoint, check: string) => ({
      Name: "api.chat.test",
      Type: "A" as const,
      TTL: 60,
      SetIdentifier: role,
      Failover: role,
      HealthCheckId: check,
      ResourceRecords: [{ Value: endpoint.address }],
    });
    await upsert(set("PRIMARY", primary, checks.primary), set("SECONDARY", standby, checks.standby));
    // Down for 9 s, up for 9 s: no checker ever sees three failures in a row.
    flap = setInterval(() => {
      up = !up;
      void (up ? flapping.open() : flapping.close());
    }, 9_000);
  });

  afterAll(() => clearInterval(flap));

  test("a new check is healthy until there is enough data, then what its checkers see", async () => {
    await until(async () => (await statusOf(checks.standby)) === "healthy", 5);
    const seconds = await until(async () => (await statusOf(checks.standby)) === "unhealthy", 35);
    // Checkers start within the first interval; the third failure of each comes two intervals later.
    expect(seconds).toBeGreaterThan(19);
    expect(await answers("api.chat.test")).toBe(primary.address);
  });

  test("when all are unhealthy the primary is returned", async () => {
    await primary.close();
    const seconds = await until(async () => (await statusOf(checks.primary)) === "unhealthy", 35);
    expect(seconds).toBeGreaterThan(19);
    expect(seconds).toBeLessThan(31);
    expect(await answers("api.chat.test")).toBe(primary.address);
  });

  test("a standby that turns healthy is answered within threshold × interval", async () => {
    await standby.open();
    const seconds = await until(async () => (await answers("api.chat.test")) === standby.address, 35);
    // Three checkers of sixteen are more than 18 %.
    expect(seconds).toBeGreaterThan(19);
    expect(seconds).toBeLessThan(31);
  });

  test("fault 32, health check flapping: one transition, and only once it stays down", async () => {
    const transitions = async () =>
      (await entries()).filter(
        ({ event, check, was }) => event === "health" && check === checks.flapping && was !== null,
      );
    expect(await transitions()).toEqual([]);
    clearInterval(flap);
    await flapping.close();
    await until(async () => (await statusOf(checks.flapping)) === "unhealthy", 45);
    expect(await transitions()).toMatchObject([{ was: "healthy", status: "unhealthy" }]);
  });

  test("the log names checkers that turned and answers that were given", async () => {
    const log = await entries();
    const turned = log.filter(({ event, check }) => event === "checker" && check === checks.primary);
    expect(turned.length).toBeGreaterThanOrEqual(14);
    expect(turned[0]).toMatchObject({ status: "unhealthy", reason: expect.stringContaining("ECONNREFUSED") });
    const query = log.findLast(({ event, name }) => event === "query" && name === "api.chat.test");
    expect(query).toMatchObject({
      rcode: "NOERROR",
      answers: [{ type: "A", ttl: 60, data: standby.address }],
    });
  });
});

test("a server killed and started again serves the same records", async () => {
  await dns.kill();
  dns = await start();
  expect(await answers("one.chat.test")).toBe("10.0.0.2");
});

test("records are served on without the control plane", async () => {
  await cloudProgram.kill();
  await until(async () => (await route53Status(server))?.controlPlane.lastError != null, 10);
  expect(await answers("one.chat.test")).toBe("10.0.0.2");
  expect((await entries()).filter(({ event }) => event === "control-plane")).toMatchObject([
    { reachable: false },
  ]);
});
