import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { afterEach, beforeEach, expect, test } from "vitest";

import type { Sample } from "./definitions.js";
import { parseExposition } from "./parse.js";
import { pushSamples } from "./push.js";

interface Received {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly authorization: string | undefined;
  readonly body: string;
}

let server: Server;
let received: Received[];
let statuses: number[];
let base: string;
beforeEach(async () => {
  [received, statuses] = [[], []];
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      const { method, url, headers } = request;
      received.push({ method, url, authorization: headers.authorization, body });
      const status = statuses.shift() ?? 200;
      // 0: never answers.
      if (status > 0) response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const sample = (labels: Sample["labels"], value = 1): Sample => ({
  name: "backup_size_bytes",
  labels,
  value,
});
const push = (
  samples: readonly Sample[],
  more: { url?: string; retries?: number; trySeconds?: number } = {},
) => pushSamples(samples, { url: `http://${base}`, plan: "chat", prefix: "dchat_", ...more });

test("each dataset, kind and site is a group of its own, to which is added", async () => {
  await push([
    sample({ dataset: "messages", kind: "physical", site: "virginia" }, 7),
    {
      name: "backup_source_bytes",
      labels: { dataset: "messages", kind: "physical", site: "virginia" },
      value: 9,
    },
    sample({ site: "a/b" }),
  ]);

  const [first, second] = received.sort((a, b) => ((a.url ?? "") < (b.url ?? "") ? -1 : 1));
  expect(received).toHaveLength(2);
  expect(first).toMatchObject({
    method: "POST",
    url: "/metrics/job/secondsite/plan/chat/dataset/messages/kind/physical/site/virginia",
  });
  expect(parseExposition(first?.body ?? "").map(({ name, points }) => [name, points[0]?.value])).toEqual([
    ["dchat_backup_size_bytes", 7],
    ["dchat_backup_source_bytes", 9],
  ]);
  expect(second?.url).toBe("/metrics/job/secondsite/plan/chat/site@base64/YS9i");
});

test("trouble that passes is outlasted, a bounded number of times", async () => {
  statuses = [503, 429, 200];
  await push([sample({})]);
  expect(received).toHaveLength(3);

  received = [];
  statuses = [503, 503, 503, 503];
  await expect(push([sample({})], { retries: 2 })).rejects.toThrow(/answers HTTP 503$/);
  expect(received).toHaveLength(3);
});

test("what is refused is not tried again", async () => {
  statuses = [400];
  await expect(push([sample({})])).rejects.toThrow(/answers HTTP 400$/);
  expect(received).toHaveLength(1);
});

test("one that never answers is given up", async () => {
  statuses = [0];
  await expect(push([sample({})], { retries: 0, trySeconds: 0.2 })).rejects.toThrow("does not answer");
});

test("a password is sent and never shown", async () => {
  statuses = [403];
  const error = await push([sample({})], { url: `http://ada:p%40ss-word@${base}/gateway/` }).catch(String);

  expect(received[0]).toMatchObject({
    url: "/gateway/metrics/job/secondsite/plan/chat",
    authorization: `Basic ${Buffer.from("ada:p@ss-word").toString("base64")}`,
  });
  expect(error).toContain(`http://${base}/gateway/metrics/job/secondsite/plan/chat answers HTTP 403`);
  expect(error).not.toContain("ss-word");
});
