import { spawn } from "node:child_process";
import { once } from "node:events";
import { access, chown, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";

import { startInstance } from "../postgres-logical/instance.js";
import { startServer } from "../private-server.js";
import { unprivileged } from "../system-user.js";
import { program } from "./programs.js";
import { dropStaleLock } from "./stale-lock.js";

test("E3: a server that was killed starts again where a process, or a thread of one, has its number by now; one that runs keeps its lock", async () => {
  const folder = await mkdtemp(join(tmpdir(), "ss-lock-"));
  const [data, run] = [join(folder, "server/data"), join(folder, "server/run")];
  const lock = join(data, "postmaster.pid");
  const instance = await startInstance({ folder, isolated: false });
  await dropStaleLock(data);
  await access(lock);
  await instance[Symbol.asyncDispose]();

  const user = await unprivileged();
  const other = spawn(process.execPath, ["--eval", "setTimeout(() => {}, 60_000)"], { ...user });
  await once(other, "spawn");
  const start = async () =>
    startServer({
      ...{ data, run, superuser: "postgres", isolated: false, ...(user ? { user } : {}) },
      ...{ program: await program("postgres"), settings: {} },
    });
  const left = async (pid: string | undefined) => {
    await writeFile(lock, `${pid}\n${data}\n1764372000\n5432\n${run}\n\n\nready   \n`, { mode: 0o600 });
    if (user) await chown(lock, user.uid, user.gid);
  };
  // A thread has a number of its own, which a signal reaches.
  const thread = async () =>
    (await readdir(`/proc/${other.pid}/task`)).find((each) => Number(each) !== other.pid);
  try {
    await vi.waitUntil(thread, 10_000);
    for (const pid of [String(other.pid), await thread()]) {
      await left(pid);
      await expect(start()).rejects.toThrow(/lock file "postmaster.pid" already exists/);
      await dropStaleLock(data);
      await using again = await start();

      expect(again.pid).toBeGreaterThan(0);
    }
  } finally {
    other.kill("SIGKILL");
    await rm(folder, { recursive: true });
  }
});
