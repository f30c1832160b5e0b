import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import { afterEach, beforeEach, expect, test } from "vitest";

import { type Checker, Checkers } from "./checkers.js";
import type { EndpointCheck, HealthCheck } from "./model.js";

/** Seconds between a checker's requests: short, as the arithmetic is the same. */
const interval = 0.2;
let server: Server;
let status = 200;
let delay = 0;
let requests: (string | undefined)[] = [];
let turns: Checker[] = [];
let checkers: Checkers;

beforeEach(async () => {
  [status, delay, requests, turns] = [200, 0, [], []];
  server = createServer(({ url }, response) => {
    requests.push(url);
    setTimeout(() => response.writeHead(status).end(), delay);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  checkers = new Checkers(
    () => undefined,
    (_check, checker, turned) => turned && turns.push(checker),
  );
});

afterEach(() => {
  checkers.stop();
  server.close();
});

const check = (more: Partial<EndpointCheck> = {}): EndpointCheck => ({
  kind: "endpoint",
  id: "a",
  inverted: false,
  disabled: false,
  protocol: "HTTP",
  address: "127.0.0.1",
  port: (server.address() as AddressInfo).port,
  path: "/",
  sni: true,
  requestInterval: interval,
  failureThreshold: 3,
  regions: ["us-east-1", "us-west-2", "eu-west-1"],
  ...more,
});
const watch = (...checks: HealthCheck[]) => checkers.fit(new Map(checks.map((one) => [one.id, one])));

test("two checkers a region, each at the interval, spread over it", async () => {
  const from = performance.now();
  // A busy machine sleeps longer than it was told to, so what has passed is measured.
  const intervals = () => (performance.now() - from) / (interval * 1_000);
  watch(check());
  await sleep(interval * 500);
  const half = requests.length;
  expect(half).toBeGreaterThanOrEqual(1);
  expect(half).toBeLessThanOrEqual(6 * intervals() + 1);
  await sleep(interval * 4_500);
  // Six checkers, five intervals; a check is late at times, never early.
  expect(requests.length).toBeGreaterThan(12);
  expect(requests.length).toBeLessThanOrEqual(6 * Math.ceil(intervals()));
  expect(checkers.of("a").map(({ name }) => name)).toEqual([
    ...["us-east-1/1", "us-east-1/2", "us-west-2/1", "us-west-2/2", "eu-west-1/1", "eu-west-1/2"],
  ]);
});

test("an endpoint that fails turns each checker once, after the threshold, and the status with them", async () => {
  status = 503;
  watch(check());
  expect(checkers.healthy("a")).toBe(true);
  await expect.poll(() => checkers.healthy("a"), { timeout: 5_000 }).toBe(false);
  expect(requests.length).toBeGreaterThanOrEqual(3 * 5);
  await expect.poll(() => turns.length, { timeout: 5_000 }).toBe(6);
  await sleep(interval * 3_000);
  expect(turns.map(({ healthy, last }) => [healthy, last?.reason])).toEqual(
    Array(6).fill([false, "HTTP 503"]),
  );
});

test("a changed check keeps its checkers' verdicts and asks the new way", async () => {
  status = 503;
  watch(check());
  await expect.poll(() => turns.length, { timeout: 5_000 }).toBe(6);
  watch(check({ path: "/other" }));
  expect(checkers.healthy("a")).toBe(false);
  await expect.poll(() => requests.slice(-6), { timeout: 5_000 }).toEqual(Array(6).fill("/other"));
});

test("regions taken away and added change the checkers alone", async () => {
  watch(check());
  watch(check({ regions: ["us-west-2", "eu-west-1", "sa-east-1"] }));
  const regions = new Set(checkers.of("a").map(({ name }) => name.split("/")[0]));
  expect([...regions].sort()).toEqual(["eu-west-1", "sa-east-1", "us-west-2"]);
});

test("a region taken away and added while a request is under way has each checker once", async () => {
  delay = interval * 500;
  watch(check({ regions: ["us-east-1"] }));
  await expect.poll(() => requests.length, { interval: 5, timeout: 5_000 }).toBeGreaterThan(0);
  const before = requests.length;
  const began = performance.now();
  watch(check({ regions: ["us-west-2"] }));
  watch(check({ regions: ["us-east-1"] }));
  await sleep(interval * 9_000);
  await expect.poll(() => requests.length, { timeout: 5_000 }).toBeGreaterThan(4);
  // Two checkers, a request every interval and a half, however long all that took, and the one that was under way.
  const each = Math.ceil((performance.now() - began) / (interval * 1_500));
  expect(requests.length).toBeLessThanOrEqual(before + 2 * each);
});

test.each([
  { what: "disabled", next: (): HealthCheck[] => [check({ disabled: true })] },
  { what: "deleted", next: (): HealthCheck[] => [] },
])("a $what check sends no requests", async ({ next }) => {
  watch(check());
  await expect.poll(() => requests.length, { timeout: 5_000 }).toBeGreaterThan(2);
  watch(...next());
  await sleep(50);
  const sent = requests.length;
  await sleep(interval * 3_000);
  expect(requests.length).toBe(sent);
  expect(checkers.of("a")).toEqual([]);
});
