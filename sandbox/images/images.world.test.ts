import { once } from "node:events";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { type Ca, issue } from "../world/index.js";
import type { Images } from "./index.js";
import { TestContainers, testImages } from "./testing/container.js";

let images: Images;
let ca: Ca;
let runner: TestContainers;

beforeAll(async () => {
  ({ images, ca } = await testImages());
  runner = await TestContainers.unpack(images.runner);
});
afterAll(() => runner?.remove());

const sh = (script: string) => runner.run({ args: ["sh", "-ec", script] });

describe("the runner image, under restricted Pod security", () => {
  test("runs as user 999 without capabilities and cannot write to its root", async () => {
    expect(await sh("id -u; id -g; grep CapEff /proc/self/status; touch /x 2>&1 || true")).toBe(
      "999\n999\nCapEff:\t0000000000000000\ntouch: cannot touch '/x': Read-only file system",
    );
  });

  test("holds the field's tools in the versions that recovery points name", async () => {
    const versions = await sh(
      "postgres --version; psql --version; pg_amcheck --version; pg_verifybackup --version; pg_waldump --version; " +
        "pgbackrest version; restic version; etcdctl version; zstd --version; node --version",
    );
    for (const tool of [
      "postgres (PostgreSQL) 15",
      "psql (PostgreSQL) 15",
      "pgBackRest 2.45",
      "restic 0.14",
    ]) {
      expect(versions).toContain(tool);
    }
    expect(versions).toContain(process.version);
  });

  test("runs PostgreSQL without the just-in-time compiler it leaves out", async () => {
    const script = `initdb -D /tmp/data -A trust >/dev/null
      pg_ctl -D /tmp/data -o "-k /tmp -c listen_addresses=" -l /tmp/log -w start >/dev/null
      psql -h /tmp -d postgres -XAtq -c "SET jit_above_cost = 0" -c "SELECT pg_jit_available(), sum(i) FROM generate_series(1, 100000) i"
      psql -h /tmp -d postgres -XAtq -c "CREATE EXTENSION amcheck" && pg_amcheck -h /tmp postgres && echo sound
      pg_ctl -D /tmp/data -w stop >/dev/null`;
    expect(await sh(script)).toBe("f|5000050000\nsound");
  });

  test("offers the command line, without Pulumi in it", async () => {
    expect(await sh("secondsite --help")).toContain("Usage: secondsite");
    expect(
      await sh("grep -c '@pulumi/pulumi/runtime' /usr/local/lib/secondsite/secondsite.mjs || true"),
    ).toBe("0");
  });

  test("trusts the world's CA in node", async () => {
    const dir = await mkdtemp(join(tmpdir(), "secondsite-tls-"));
    const { certFile, keyFile } = await issue(ca, { commonName: "localhost", addresses: ["127.0.0.1"], dir });
    const server = createServer(
      { cert: await readFile(certFile), key: await readFile(keyFile) },
      (_, response) => {
        response.end("trusted");
      },
    ).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const script = `fetch("https://127.0.0.1:${port}").then((r) => r.text()).then(console.log)`;
    try {
      expect(await runner.run({ args: ["node", "-e", script] })).toBe("trusted");
      await expect(
        runner.run({ args: ["node", "-e", script], env: { NODE_OPTIONS: "", SSL_CERT_FILE: "/dev/null" } }),
      ).rejects.toThrow("fetch failed");
    } finally {
      server.close();
      await rm(dir, { recursive: true });
    }
  });
});

test("the pause image waits until it is told to end", async () => {
  const pause = await TestContainers.unpack({ tar: images.pause, reference: "pause" });
  try {
    const running = pause.start({ args: ["/pause", "-P"] });
    const early = await Promise.race([
      running,
      new Promise((resolve) => setTimeout(resolve, 500, "waiting")),
    ]);
    expect(early).toBe("waiting");
    running.kill("SIGTERM");
    expect((await running).timedOut).toBe(false);
  } finally {
    await pause.remove();
  }
});

test("each archive carries one name, which changes with its content", async () => {
  for (const { tar, reference } of [images.runner, images.app]) {
    const { stdout } = await execa("tar", ["-xOf", tar, "manifest.json"]);
    expect(JSON.parse(stdout)).toMatchObject([{ RepoTags: [reference] }]);
    expect(reference).toMatch(/^secondsite\.local\/(runner|app):[0-9a-f]{12}$/);
  }
  const again = await testImages();
  expect(again.images).toEqual(images);
  expect((await stat(images.pause)).size).toBeLessThan(2_000_000);
});
