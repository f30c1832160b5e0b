import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";

import { type Backend, startBackend, storeEnvironment } from "../../vault/testing/backends.js";
import { compressionOf } from "../compressed.js";
import { folderReader, folderWriter } from "../postgres-logical/index.js";
import { openBackend } from "./backend.js";
import { backendPlace } from "./backend-place.js";
import { stateEngine } from "./engine.js";
import { bucketAddress, bucketBackend } from "./testing/backends.js";
import { pulumiFolder, testProject } from "./testing/project.js";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ss-backends-"));
  await mkdir(join(folder, "staging"));
  for (const [name, value] of Object.entries(storeEnvironment)) vi.stubEnv(name, value);
  vi.stubEnv("PATH", [await pulumiFolder(), process.env.PATH].join(delimiter));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

const plain = ".pulumi/stacks/chat/plain.json";
const packed = ".pulumi/stacks/chat/packed.json.gz";

// Beside each other: Pulumi's program mostly waits.
test.concurrent.each(["ministack", "versitygw", "minio"] as const)(
  "C19: what the real Pulumi keeps at %s, gzip or not, is captured, verified by it, and goes on in another bucket",
  async (name) => {
    const store: Backend = await startBackend(name);
    try {
      const own = join(folder, name);
      await mkdir(join(own, "point"), { recursive: true });
      const address = await bucketAddress(store, "state");
      const project = await testProject(own, address, storeEnvironment);
      const packing = project.at(address, { ...storeEnvironment, PULUMI_DIY_BACKEND_GZIP: "true" });
      for (const [stack, writer] of [["plain", project] as const, ["packed", packing] as const]) {
        await writer.pulumi("stack", "init", stack);
        await writer.pulumi("up", "--yes", "--skip-preview", "--stack", stack);
      }
      const exported = async (at: typeof project) =>
        JSON.parse(await at.pulumi("stack", "export", "--stack", "packed"));
      const before = await exported(packing);

      const source = openBackend(backendPlace(address, "the test"), "us-east-1");
      const said: string[] = [];
      const run = { staging: join(folder, "staging"), say: (line: string) => void said.push(line) };
      const at = join(own, "point");
      const point = await stateEngine.capture(source, await folderWriter(at), run);
      expect(said).toEqual([]);
      expect(point.parts.map((part) => part.name)).toEqual([".pulumi/meta.yaml", packed, plain]);
      const heads = await Promise.all(
        [plain, packed].map(async (key) => compressionOf((await source.store.get(key)) ?? new Uint8Array())),
      );
      expect(heads).toEqual(["none", "gzip"]);
      expect((await stateEngine.verify(point, folderReader(at), "restored", run)).faults).toEqual([]);

      const backend = await bucketBackend(store, "elsewhere");
      const restored = await stateEngine.restore(point, folderReader(at), { backend }, run);
      expect(restored.stacks).toEqual(["organization/chat/packed", "organization/chat/plain"]);
      const there = project.at(backend.url, storeEnvironment);
      expect(await exported(there)).toEqual(before);
      const goesOn = await there.pulumi("preview", "--expect-no-changes", "--stack", "packed");
      expect(goesOn).toMatch(/4 unchanged/);
    } finally {
      await store.stop();
    }
  },
);
