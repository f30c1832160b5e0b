import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { openTerminal, type Terminal } from "../testing/terminal.js";

let terminal: Terminal;
let folder: string;
let answer: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "secondsite-doctor-"));
  await mkdir(join(folder, "bin"));
  vi.stubEnv("SECONDSITE_CACHE", join(folder, "cache"));
  vi.stubEnv("PATH", join(folder, "bin"));
  terminal = openTerminal();
});

afterEach(async () => {
  terminal.close();
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

async function program(name: string, says: string): Promise<void> {
  const file = join(folder, "bin", name);
  await writeFile(file, `#!/bin/sh\necho '${says}'\n`);
  await chmod(file, 0o755);
}

async function doctor(...args: string[]): Promise<number> {
  const { code, out } = await terminal.secondsite("doctor", ...args);
  answer = out;
  return code;
}

test("--json lists each program with found, wanted, why and how; something missing is exit code 1", async () => {
  await program("coredns", "CoreDNS-1.15.0");

  const code = await doctor("--json");

  const { complete, missing, tools } = JSON.parse(answer);
  expect(code).toBe(1);
  expect(complete).toBe(false);
  expect(missing).toContain("pulumi");
  expect(missing).not.toContain("coredns");
  const entry = (name: string) => tools.find((tool: { name: string }) => tool.name === name);
  expect(entry("coredns")).toMatchObject({
    state: "present",
    found: { path: join(folder, "bin/coredns"), version: "1.15.0", from: "PATH" },
  });
  expect(entry("pulumi")).toMatchObject({
    state: "missing",
    wanted: ">=3.220.0 <4.0.0",
    found: null,
    why: expect.stringContaining("deploy the stacks"),
    how: "official installer v3.220.0, else Go modules v3.220.0",
  });
});

test("a program of another version is named with what it is and what would do", async () => {
  await program("kubelet", "Kubernetes v1.30.1");

  await doctor("--json");

  const tool = JSON.parse(answer).tools.find(({ name }: { name: string }) => name === "kubelet");
  expect(tool).toMatchObject({
    state: "missing",
    found: { version: "1.30.1", refused: "version 1.30.1 is not >=1.36.0 <1.37.0" },
  });
});

test("a CLI without its language host beside it will not do", async () => {
  await program("pulumi", "v3.230.0");

  await doctor("--json");

  const tool = JSON.parse(answer).tools.find(({ name }: { name: string }) => name === "pulumi");
  expect(tool.found.refused).toBe("pulumi-language-nodejs is not beside it");
});

test("people get a table and the next command", async () => {
  const code = await doctor();

  expect(code).toBe(1);
  expect(answer).toMatch(/Program +Found +Wanted +Needed to +Where, or how it will be had/);
  expect(answer).toMatch(/✖ +kube-apiserver +no /);
  expect(answer).toContain("try: secondsite doctor --install");
});
