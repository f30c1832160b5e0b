import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";

import { s3Store } from "./s3-store.js";

/** Answers everything as a portal would. */
const portal = createServer((_, response) => response.end("<html><body>Please sign in.</body></html>"));

beforeAll(() => new Promise<void>((resolve) => portal.listen(0, "127.0.0.1", resolve)));
afterAll(() => portal.close());

test("a server that is no S3 server is not taken for an empty bucket", async () => {
  const store = s3Store({
    ...{ bucket: "vault", region: "us-east-1", attempts: 1 },
    endpoint: `http://127.0.0.1:${(portal.address() as AddressInfo).port}`,
    credentials: { accessKeyId: "test", secretAccessKey: "test-secret" },
  });
  const listed = async () => {
    for await (const _ of store.list("points/")) return;
  };

  await expect(listed()).rejects.toThrow(/what answers for s3:\/\/vault \(127.0.0.1:\d+\) is no S3 server/);
  await expect(store.folders("points/")).rejects.toThrow("no S3 server");
});
