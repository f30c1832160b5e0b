import "reflect-metadata";

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from "node:net";

import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, describe, expect, test } from "vitest";

import { ensureCa, issue } from "../world/ca.js";
import type { EndpointCheck } from "./model.js";
import { probe } from "./probe.js";

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** Listens on a free loopback port until the test is over. */
async function open(server: Server | TcpServer): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  stops.push(() => {
    server.close();
    if ("closeAllConnections" in server) server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}

const checkOf = (port: number, more: Partial<EndpointCheck> = {}): EndpointCheck => ({
  kind: "endpoint",
  id: "c0ffee",
  inverted: false,
  disabled: false,
  protocol: "HTTP",
  address: "127.0.0.1",
  port,
  path: "/health?deep=1",
  sni: true,
  requestInterval: 10,
  failureThreshold: 3,
  regions: [],
  ...more,
});

const nowhere = () => undefined;

describe("HTTP health checks: a status of 2xx or 3xx within two seconds", () => {
  test.each([
    { status: 200, passed: true },
    { status: 204, passed: true },
    { status: 301, passed: true },
    { status: 399, passed: true },
    { status: 400, passed: false },
    { status: 503, passed: false },
  ])("$status: $passed", async ({ status, passed }) => {
    const port = await open(createServer((_request, response) => response.writeHead(status).end()));
    expect(await probe(checkOf(port), nowhere)).toEqual({ passed, reason: `HTTP ${status}` });
  });

  test("the request is as Route 53's checkers send it", async () => {
    const seen: unknown[] = [];
    const listener: RequestListener = ({ method, url, headers }, response) => {
      seen.push({ method, url, host: headers.host, agent: headers["user-agent"] });
      response.end();
    };
    const port = await open(createServer(listener));
    await probe(checkOf(port, { host: "api.chat.test" }), nowhere);
    await probe(checkOf(port), nowhere);
    const request = {
      method: "GET",
      url: "/health?deep=1",
      agent: "Amazon-Route53-Health-Check-Service (ref c0ffee; report http://amzn.to/1vsZADi)",
    };
    expect(seen).toEqual([
      { ...request, host: `api.chat.test:${port}` },
      { ...request, host: `127.0.0.1:${port}` },
    ]);
  });

  test("a status after 2.5 s is too late, and the connection is closed", async () => {
    let closed = false;
    const port = await open(
      createServer((request, response) => {
        request.socket.once("close", () => {
          closed = true;
        });
        setTimeout(() => response.end(), 2_500);
      }),
    );
    const started = performance.now();
    const observation = await probe(checkOf(port), nowhere);
    expect(observation).toEqual({ passed: false, reason: "no HTTP status within 2 s of connecting" });
    expect(performance.now() - started).toBeGreaterThan(1_900);
    expect(performance.now() - started).toBeLessThan(2_450);
    await expect.poll(() => closed).toBe(true);
  });

  test("a TLS handshake that never ends counts as no status", async () => {
    const port = await open(createTcpServer((socket) => socket.resume()));
    const { reason } = await probe(checkOf(port, { protocol: "HTTPS" }), nowhere);
    expect(reason).toBe("no HTTP status within 2 s of connecting");
  });

  test("a refused connection, or an answer that is no HTTP, fails with its reason", async () => {
    const server = createTcpServer((socket) => socket.resume().end("SSH-2.0-x\r\n"));
    const port = await open(server);
    expect((await probe(checkOf(port), nowhere)).reason).toMatch(/Parse Error/);
    await new Promise((resolve) => server.close(resolve));
    expect((await probe(checkOf(port), nowhere)).reason).toMatch(/ECONNREFUSED/);
  });
});

describe("string matching: within the first 5,120 bytes of the body, which comes within two seconds", () => {
  const serve = (send: RequestListener) => open(createServer(send));
  test.each([
    { what: "at the end of the 5,120 bytes", body: `${"x".repeat(5_116)}lead`, passed: true },
    { what: "one byte beyond them", body: `${"x".repeat(5_117)}lead`, passed: false },
    { what: "in other case", body: "LEAD", passed: false },
    { what: "in a failing status", body: "lead", status: 500, passed: false },
  ])("$what: $passed", async ({ body, status = 200, passed }) => {
    const port = await serve((_request, response) => response.writeHead(status).end(body));
    expect((await probe(checkOf(port, { searchString: "lead" }), nowhere)).passed).toBe(passed);
  });

  test("a body that does not end in time fails, though the string has come", async () => {
    const port = await serve((_request, response) => void response.writeHead(200).write("lead"));
    expect((await probe(checkOf(port, { searchString: "lead" }), nowhere)).reason).toContain(
      "within 2 s of the status",
    );
  });
});

test("HTTPS health checks don't validate certificates; SNI only where enabled and a name is given", async () => {
  const dir = await mkdtemp(join(tmpdir(), "secondsite-probe-"));
  const { certFile, keyFile } = await issue(await ensureCa(dir), { commonName: "elsewhere.example", dir });
  const [cert, key] = [await readFile(certFile), await readFile(keyFile)];
  await rm(dir, { recursive: true });
  const names: unknown[] = [];
  const server = createTlsServer({ key, cert }, (request, response) => {
    names.push((request.socket as { servername?: unknown }).servername);
    response.end();
  });
  const port = await open(server);
  const https = { protocol: "HTTPS", host: "api.chat.test" } as const;
  expect(await probe(checkOf(port, https), nowhere)).toEqual({ passed: true, reason: "HTTP 200" });
  expect((await probe(checkOf(port, { ...https, sni: false }), nowhere)).passed).toBe(true);
  expect(names).toEqual(["api.chat.test", false]);
});

test("TCP health checks pass by connecting alone", async () => {
  const server = createTcpServer();
  const port = await open(server);
  expect((await probe(checkOf(port, { protocol: "TCP" }), nowhere)).passed).toBe(true);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  expect((await probe(checkOf(port, { protocol: "TCP" }), nowhere)).passed).toBe(false);
});

test("a check by name asks its resolver each time, and fails without an address", async () => {
  const port = await open(createServer((_request, response) => response.end()));
  const { address: _address, ...named } = checkOf(port, { host: "api.chat.test" });
  const asked: string[] = [];
  const resolve = (host: string) => {
    asked.push(host);
    return "127.0.0.1";
  };
  expect((await probe(named, resolve)).passed).toBe(true);
  expect(asked).toEqual(["api.chat.test"]);
  expect((await probe(named, nowhere)).reason).toBe("DNS resolution failed: no A record for api.chat.test");
});
