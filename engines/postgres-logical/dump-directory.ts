import { readdir, readFile, readlink, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import pLimit from "p-limit";

import type { DatabaseAddress } from "../comparison/index.js";
import type { Part, PartWriter } from "../engine.js";
import { EngineError } from "../errors.js";
import { chain, started } from "../processes.js";
import { freeIn, requireSpace } from "../staging.js";
import { DirectoryRows } from "./directory-rows.js";
import { compression, type Dumped, type DumpJob, dumpArguments, dumpEnvironment } from "./dump-custom.js";
import { growing } from "./growing-file.js";
import { directoryPart } from "./point.js";
import { openRelay } from "./relay.js";

/** What a dump in parallel needs besides. */
export interface DirectoryJob extends DumpJob {
  readonly address: DatabaseAddress;
  /** Private folder. */
  readonly staging: string;
  /** Tables that are dumped side by side. */
  readonly jobs: number;
  /** Bytes on disk at which the server has to wait. What is in flight comes on top, a few MiB a job. */
  readonly limit: number;
}

/** What may be on its way beyond the limit, for each job, in bytes: in sockets, and what is read at a time. */
const inFlight = 10 << 20;

/** How often the staging area is looked at, in milliseconds. */
const interval = 20;

/**
 * Dumps tables side by side. pg_dump writes files; each is compressed and stored while it grows, and its space is given
 * back as it is read. When the area is full the server is made to wait, so that slow storage needs no larger disk.
 *
 * @param hashed whether what it holds is hashed as it goes by
 * @throws EngineError (3) when there is no room for what is on its way
 */
export async function dumpDirectory(job: DirectoryJob, parts: PartWriter, hashed: boolean): Promise<Dumped> {
  const folder = join(job.staging, "dump");
  await requireSpace(job.staging, (job.jobs + 1) * inFlight);
  // A disk with less room than the plan says is no reason to fail: the server waits sooner.
  const most = Math.min(job.limit, (await freeIn(job.staging)) - job.jobs * inFlight);
  await using relay = await openRelay(job.address, job.staging);
  const stop = new AbortController();
  const signal = AbortSignal.any([job.signal, stop.signal]);
  const dump = started(
    {
      path: job.paths.dump,
      args: [
        "--format=directory",
        `--jobs=${job.jobs}`,
        `--file=${folder}`,
        "--no-sync",
        ...dumpArguments(job),
      ],
      env: { ...dumpEnvironment(job), ...relay.env },
    },
    signal,
  );
  let running = true;
  void dump.ended.then(() => {
    running = false;
  });
  // Every file that is being written has to be read, or a full area would hold the server for good: each job has two
  // open while it dumps large objects, their list and one of them, and the first process has the table of contents.
  const limit = pLimit(2 * job.jobs + 1);
  const rows = hashed ? new DirectoryRows() : undefined;
  const seen = new Map<string, Promise<Part>>();
  const store = async (name: string): Promise<Part> => {
    const path = join(folder, name);
    const complete = async () => !running || !(await isOpen(dump.pid, path));
    const steps = [{ path: job.paths.zstd, args: compression }];
    const content = growing(path, complete, signal);
    const input = rows ? rows.through(name, content) : content;
    const part = await parts.write(directoryPart(name), chain(steps, { input, signal }));
    await rm(path);
    return part;
  };
  try {
    for (let last = false; ; last = !running) {
      for (const name of (await readdir(folder).catch(() => [])).sort())
        if (!seen.has(name)) {
          const stored = limit(() => store(name));
          // Whoever waits for all of them hears of it; until then the rest is stopped.
          stored.catch((error: unknown) => stop.abort(error));
          seen.set(name, stored);
        }
      relay.hold((await usedBy(folder)) > most);
      if (last || signal.aborted) break;
      await pause(interval);
    }
    const stored = await Promise.all(seen.values());
    const failure = await dump.ended;
    signal.throwIfAborted();
    if (failure !== undefined) throw failure;
    return { parts: stored, content: rows?.end() };
  } catch (error) {
    stop.abort(error);
    await Promise.allSettled([dump.ended, ...seen.values()]);
    // The first that failed; what was ended because of it complains too, and may be asked first.
    throw job.signal.aborted ? job.signal.reason : full(stop.signal.reason, job.staging);
  }
}

/** pg_dump says that a disk is full, and not which. */
const full = (error: unknown, folder: string): unknown =>
  error instanceof EngineError && error.message.includes("No space left on device")
    ? new EngineError(`${folder} is full: ${error.message}`, 3, error.hint ?? "--staging <folder>", {
        cause: error,
      })
    : error;

/** Space that a folder's files take: a hole takes none. */
async function usedBy(folder: string): Promise<number> {
  const names: string[] = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        ({ blocks }) => blocks * 512,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Whether a program or one of its children has a file open. */
async function isOpen(pid: number, path: string): Promise<boolean> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8").catch(() => "");
  for (const one of [String(pid), ...children.split(" ").filter((child) => child !== "")]) {
    const files: string[] = await readdir(`/proc/${one}/fd`).catch(() => []);
    for (const file of files)
      if ((await readlink(`/proc/${one}/fd/${file}`).catch(() => "")) === path) return true;
  }
  return false;
}
