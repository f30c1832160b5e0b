import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test } from "vitest";

import { download, fetchText } from "./download.js";

const content = Buffer.from("0123456789".repeat(10_000));
const sha256 = createHash("sha256").update(content).digest("hex");
const mute = () => undefined;

let folder: string;
let server: Server | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "secondsite-download-"));
});

afterEach(async () => {
  server?.closeAllConnections();
  server?.close();
  await rm(folder, { recursive: true });
});

async function serve(listener: RequestListener): Promise<string> {
  const listening = createServer(listener);
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(listening.address() as AddressInfo).port}/program`;
}

test("an interrupted download resumes where it stopped", async () => {
  const ranges: (string | undefined)[] = [];
  const url = await serve((request, response) => {
    ranges.push(request.headers.range);
    const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
    if (from === 0) {
      // The connection breaks half-way.
      response.writeHead(200, { "content-length": content.length });
      response.write(content.subarray(0, 40_000), () => setTimeout(() => response.destroy(), 50));
      return;
    }
    response.writeHead(206).end(content.subarray(from));
  });
  const to = join(folder, "program");

  await expect(download(url, sha256, to, mute)).rejects.toThrow();
  await download(url, sha256, to, mute);

  expect(ranges).toEqual([undefined, "bytes=40000-"]);
  expect(await readFile(to)).toEqual(content);
});

test("something else than what was pinned is refused and not kept", async () => {
  const url = await serve((_, response) => response.end("not it"));
  const to = join(folder, "program");

  await expect(download(url, sha256, to, mute)).rejects.toThrow(`expected ${sha256}`);

  expect(existsSync(to)).toBe(false);
});

test("a file that was changed on disk is refused", async () => {
  const to = join(folder, "program");
  await writeFile(to, "changed");

  await expect(download("http://127.0.0.1:9/program", sha256, to, mute)).rejects.toThrow("SHA-256");
});

test("a server that accepts and says nothing is given up in time", async () => {
  const url = await serve(mute);
  const startedAt = Date.now();

  await expect(fetchText(url, { answer: 200 })).rejects.toThrow(`${url}: no answer within 0.2 s`);

  expect(Date.now() - startedAt).toBeLessThan(2_000);
});

test("a server that stalls half-way is given up, and what came is kept", async () => {
  const url = await serve((_, response) => {
    response.writeHead(200, { "content-length": content.length });
    response.write(content.subarray(0, 10));
  });

  await expect(download(url, sha256, join(folder, "program"), mute, { piece: 200 })).rejects.toThrow(
    "stalled",
  );

  expect(await readFile(join(folder, "program.part"), "utf8")).toBe("0123456789");
});
