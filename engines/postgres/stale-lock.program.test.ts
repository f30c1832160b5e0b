import { spawn } from "node:child_process";
import { access, chown, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";

import { startInstance } from "../postgres-logical/instance.js";
import { startServer } from "../private-server.js";
import { unprivileged } from "../system-user.js";
import { program } from "./programs.js";
import { dropStaleLock } from "./stale-lock.js";

test("E3: a server that was killed starts again where another process has its number by now; one that runs keeps its lock", async () => {
  const folder = await mkdtemp(join(tmpdir(), "ss-lock-"));
  const [data, run] = [join(folder, "server/data"), join(folder, "server/run")];
  const lock = join(data, "postmaster.pid");
  const instance = await startInstance({ folder, isolated: false });
  await dropStaleLock(data);
  await access(lock);
  await instance[Symbol.asyncDispose]();

  const user = await unprivileged();
  const other = spawn("sleep", ["60"], { ...user });
  const start = async () =>
    startServer({
      ...{ data, run, superuser: "postgres", isolated: false, ...(user ? { user } : {}) },
      ...{ program: await program("postgres"), settings: {} },
    });
  const left = async (pid: number | undefined) => {
    await writeFile(lock, `${pid}\n${data}\n1764372000\n5432\n${run}\n\n\nready   \n`, { mode: 0o600 });
    if (user) await chown(lock, user.uid, user.gid);
  };
  try {
    await left(other.pid);
    await expect(start()).rejects.toThrow(/lock file "postmaster.pid" already exists/);
    await dropStaleLock(data);
    await using again = await start();

    expect(again.pid).toBeGreaterThan(0);
  } finally {
    other.kill("SIGKILL");
    await rm(folder, { recursive: true });
  }
});
