import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { S3Client } from "@aws-sdk/client-s3";
import { afterEach, beforeEach, expect, test } from "vitest";

import { readLease } from "./index.js";
import { s3LeaseStore } from "./s3-store.js";

/** Answers as S3's documented errors are, so that the SDK's own parsing is part of the test. */
interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Never answered. */
  readonly silent?: boolean;
}

let server: Server;
let client: S3Client;
let answer: Answer;
let requests: IncomingMessage[];

const failure = (status: number, code: string): Answer => ({
  status,
  headers: { "content-type": "application/xml" },
  body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`,
});

beforeEach(async () => {
  requests = [];
  server = createServer((request, response) => {
    requests.push(request);
    request.resume().on("end", () => {
      if (answer.silent) return;
      response.writeHead(answer.status, answer.headers).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  client = new S3Client({
    region: "eu-west-1",
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    forcePathStyle: true,
    maxAttempts: 1,
  });
});

afterEach(() => {
  client.destroy();
  server.closeAllConnections();
  server.close();
});

const store = (timeout?: number) =>
  s3LeaseStore({ client, bucket: "witness", key: "lease/messages", ...(timeout ? { timeout } : {}) });

test("a renewal carries If-Match and the first lease If-None-Match, each in one request", async () => {
  answer = { status: 200, headers: { etag: '"2"' } };

  expect(await store().put("{}", { ifMatch: '"1"' })).toEqual({ kind: "stored", etag: '"2"' });
  expect(await store().put("{}", { ifNoneMatch: "*" })).toEqual({ kind: "stored", etag: '"2"' });
  expect(
    requests.map(({ method, url, headers }) => [
      method,
      url?.split("?")[0],
      headers["if-match"],
      headers["if-none-match"],
    ]),
  ).toEqual([
    ["PUT", "/witness/lease/messages", '"1"', undefined],
    ["PUT", "/witness/lease/messages", undefined, "*"],
  ]);
});

test.for([
  [412, "PreconditionFailed"],
  [409, "ConditionalRequestConflict"],
  [404, "NoSuchKey"],
] as const)("a renewal answered %i %s wrote nothing", async ([status, code]) => {
  answer = failure(status, code);

  expect(await store().put("{}", { ifMatch: '"1"' })).toEqual({ kind: "conflict" });
});

test.for([
  [500, "InternalError"],
  [503, "SlowDown"],
  [403, "AccessDenied"],
  [404, "NoSuchBucket"],
] as const)("a renewal answered %i %s has an unknown outcome and is not repeated", async ([status, code]) => {
  answer = failure(status, code);

  await expect(store().put("{}", { ifMatch: '"1"' })).rejects.toThrow(
    `writing s3://witness/lease/messages: ${code}`,
  );
  expect(requests).toHaveLength(1);
});

test("no answer in time is an unknown outcome", async () => {
  answer = { status: 200, silent: true };

  await expect(store(100).put("{}", { ifMatch: '"1"' })).rejects.toThrow(
    "writing s3://witness/lease/messages",
  );
  await expect(store().get(AbortSignal.timeout(100))).rejects.toThrow("reading s3://witness/lease/messages");
});

test("absent and refused are told apart, and a refusal isn't taken for absence by commands", async () => {
  answer = failure(404, "NoSuchKey");
  expect(await store().get()).toEqual({ kind: "absent" });
  expect(await readLease(store())).toBeUndefined();

  answer = failure(403, "AccessDenied");
  expect(await store().get()).toEqual({ kind: "denied" });
  await expect(readLease(store())).rejects.toThrow("absent, or reading it is refused");
});

test("what is no lease is refused with what is wrong in it", async () => {
  answer = { status: 200, headers: { etag: '"1"' }, body: '{"version":2}' };

  await expect(readLease(store())).rejects.toThrow(/not a version 1 lease.*version/s);
});
