import { X509Certificate } from "node:crypto";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { createServer, request } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "vitest";

import { ensureCa, issue } from "./ca.js";

const folder = () => mkdtemp(join(tmpdir(), "secondsite-ca-"));

test("one world CA: runs side by side and later ones get the same, and only its owner reads the key", async () => {
  const dir = await folder();
  const cas = await Promise.all([ensureCa(dir), ensureCa(dir), ensureCa(dir)]);
  const later = await ensureCa(dir);
  expect(new Set([...cas, later].map(({ certificate }) => certificate.serialNumber)).size).toBe(1);
  expect((await stat(join(dir, "ca.key"))).mode & 0o777).toBe(0o600);
});

test("a CA cut short between key and certificate is made anew, with a key that belongs to it", async () => {
  const dir = await folder();
  const first = await ensureCa(dir);
  await rm(first.certFile);
  const second = await ensureCa(dir);
  expect(second.certificate.serialNumber).not.toBe(first.certificate.serialNumber);
  const { certFile } = await issue(second, { commonName: "x", dir });
  const leaf = new X509Certificate(await readFile(certFile));
  expect(leaf.verify(new X509Certificate(await readFile(second.certFile)).publicKey)).toBe(true);
});

test("a leaf is for its names and addresses only, and serves TLS to who trusts the CA", async () => {
  const ca = await ensureCa(await folder());
  const files = await issue(ca, {
    commonName: "gate",
    names: ["*.s3.us-east-1.amazonaws.com", "sts.amazonaws.com"],
    addresses: ["127.0.0.1"],
    dir: await folder(),
  });
  const [cert, key, trusted] = await Promise.all(
    [files.certFile, files.keyFile, ca.certFile].map((file) => readFile(file)),
  );
  const leaf = new X509Certificate(cert ?? "");
  expect(leaf.checkHost("bucket.s3.us-east-1.amazonaws.com")).toBeDefined();
  expect(leaf.checkHost("bucket.s3.us-west-2.amazonaws.com")).toBeUndefined();
  expect(leaf.checkIP("127.0.0.1")).toBeDefined();
  expect(leaf.ca).toBe(false);
  expect((await stat(files.keyFile)).mode & 0o777).toBe(0o600);

  const server = createServer({ cert, key }, (_, answer) => answer.end("ok"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const ask = (options: object) =>
    new Promise<string>((resolve, reject) => {
      request({ host: "127.0.0.1", port, agent: false, ...options }, (answer) => {
        answer.resume();
        resolve(String(answer.statusCode));
      })
        .on("error", (error: NodeJS.ErrnoException) => reject(error))
        .end();
    });
  try {
    await expect(ask({ ca: trusted })).resolves.toBe("200");
    await expect(ask({})).rejects.toThrow(/certificate/);
    await expect(ask({ ca: trusted, servername: "kms.us-east-1.amazonaws.com" })).rejects.toThrow(/altnames/);
  } finally {
    server.close();
  }
});

test("an address that is none is refused with its value", async () => {
  const ca = await ensureCa(await folder());
  const leaf = { commonName: "x", addresses: ["10.0.0.300"], dir: await folder() };
  await expect(issue(ca, leaf)).rejects.toThrow("addresses must be IP addresses, got 10.0.0.300");
});
