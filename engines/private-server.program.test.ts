import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { withClient } from "./comparison/index.js";
import { startInstance } from "./postgres-logical/instance.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ss-private-"));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

test("C5: a server of our own answers, whatever the environment says of the one that is backed up", async () => {
  vi.stubEnv("PGPORT", "5599");
  vi.stubEnv("PGHOST", "db.example.com");
  vi.stubEnv("PGSSLMODE", "verify-full");
  await using instance = await startInstance({ folder });

  const { rows } = await withClient(instance.address, (client) => client.query("SHOW port"));
  expect(rows).toEqual([{ port: "5432" }]);
});
