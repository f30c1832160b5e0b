import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { execa } from "execa";
import { afterEach, beforeEach, expect, test } from "vitest";

import type { Job } from "../model.js";
import { release } from "./release.js";

let folder: string;
let job: Job;
let server: Server;
let base: string;
const published = new Map<string, Buffer | string>();

/** Publishes a file with its digest beside it, as makers do. */
function publish(name: string, content: Buffer, digest = createHash("sha256").update(content).digest("hex")) {
  published.set(`/${name}`, content);
  published.set(`/${name}.sha256`, `${digest}  ${name}\n`);
  return `${base}/${name}`;
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "secondsite-release-"));
  for (const name of ["root/bin", "downloads", "made"]) await mkdir(join(folder, name), { recursive: true });
  job = {
    root: join(folder, "root"),
    bin: join(folder, "root/bin"),
    downloads: join(folder, "downloads"),
    say: () => undefined,
    need: () => Promise.reject(new Error("nothing needed")),
  };
  published.clear();
  server = createServer((request, response) => {
    const content = published.get(request.url ?? "");
    response.writeHead(content === undefined ? 404 : 200).end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

async function packed(...paths: string[]): Promise<Buffer> {
  for (const path of paths) {
    await mkdir(join(folder, "made", path, ".."), { recursive: true });
    await writeFile(join(folder, "made", path), "#!/bin/sh\necho 1.2.3\n", { mode: 0o755 });
  }
  const file = join(folder, "made.tgz");
  await execa("tar", ["--create", "--gzip", "--file", file, "--directory", join(folder, "made"), "."]);
  return await readFile(file);
}

test("a program that is published as it is can be run", async () => {
  const url = publish("kubectl", Buffer.from("#!/bin/sh\necho 1.2.3\n"));

  await release({ title: "release", files: [url] }).fetch(job);

  expect((await execa(join(job.bin, "kubectl"))).stdout).toBe("1.2.3");
});

test("an archive of programs ends up among the programs", async () => {
  const url = publish("coredns.tgz", await packed("coredns"));

  await release({ title: "release", files: [url], archive: "programs" }).fetch(job);

  expect((await execa(join(job.bin, "coredns"))).stdout).toBe("1.2.3");
});

test("a file that is not what its digest says is refused", async () => {
  const url = publish("kubectl", Buffer.from("changed on the way"), "a".repeat(64));

  await expect(release({ title: "release", files: [url] }).fetch(job)).rejects.toThrow(
    `expected ${"a".repeat(64)}`,
  );
});

test("a version that is not published is told with its address", async () => {
  await expect(release({ title: "release", files: [`${base}/kubectl`] }).fetch(job)).rejects.toThrow(
    `${base}/kubectl.sha256: answered 404`,
  );
});
