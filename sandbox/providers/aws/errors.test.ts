import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";

import { HeadBucketCommand } from "@aws-sdk/client-s3";
import { afterEach, expect, test, vi } from "vitest";

import { Aws } from "./aws.js";

afterEach(() => vi.unstubAllEnvs());

/** AWS whose endpoints are one loopback port. */
function awsAt(port: number): Aws {
  vi.stubEnv("AWS_ENDPOINT_URL", `http://127.0.0.1:${port}`);
  vi.stubEnv("AWS_ACCESS_KEY_ID", "a");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "b");
  return new Aws({ region: "us-west-2" });
}

async function listening(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

test("a region that refuses connections fails with one message that names service and region", async () => {
  const server = createServer();
  const port = await listening(server);
  server.close();
  const asked = awsAt(port)
    .s3(undefined)
    .send(new HeadBucketCommand({ Bucket: "b" }));
  await expect(asked).rejects.toMatchObject({
    name: "WorldError",
    message:
      "s3 HeadBucket in us-west-2: s3 of region us-west-2 cannot be reached: the connection is refused (ECONNREFUSED)",
  });
});

test("a region that takes connections and says nothing fails within ten seconds", async () => {
  const server = createServer((socket) => socket.on("error", () => socket.destroy()));
  const port = await listening(server);
  const started = Date.now();
  await expect(awsAt(port).identity()).rejects.toThrow(
    "sts GetCallerIdentity in us-west-2: sts of region us-west-2 cannot be reached: it does not answer",
  );
  expect(Date.now() - started).toBeLessThan(11_000);
  server.close();
});
