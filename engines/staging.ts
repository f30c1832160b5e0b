import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rm, statfs } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";

import { makeFolder } from "../vault/index.js";
import { EngineError, fullDisk } from "./errors.js";

/** A folder for one run's temporary files, private to it. */
export interface Staging extends AsyncDisposable {
  readonly folder: string;
}

/** Where in a run's folder a server of its own may run, while it is filled too. */
const serverFolders = ["server/data", "server/data.restoring/data"] as const;

/** `secondsite-<process>-<when it started>-<chance>`: a process number alone is used again. */
const pattern = /^secondsite-(\d+)-(\d+)-[0-9a-f]+$/;

/**
 * A folder for temporary files, made where it is missing.
 *
 * @param given @default one of this user's own below the system's
 * @throws EngineError (2) when it cannot be made
 */
export async function stagingFolder(given?: string): Promise<string> {
  if (given === "") throw new EngineError("--staging takes a folder, got nothing", 2);
  const folder = given ?? join(tmpdir(), `secondsite-${userInfo().uid}`);
  try {
    // Passable: a server that root verifies with runs as somebody else. Each run has a private folder in it.
    await makeFolder(folder, 0o711);
  } catch (cause) {
    throw unusable(folder, "cannot be made", cause);
  }
  return folder;
}

/**
 * Makes a folder for temporary files, after removing those of runs that were killed.
 *
 * @param root where; it has to exist
 * @param needed bytes that have to be free. @default not asked
 * @throws EngineError: 2 when nothing may be made in it, 3 when too little is free
 */
export async function openStaging(root: string, needed = 0): Promise<Staging> {
  const started = await startOf(process.pid);
  const folder = join(root, `secondsite-${process.pid}-${started}-${randomBytes(4).toString("hex")}`);
  try {
    await sweepStaging(root);
    await requireSpace(root, needed);
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    throw unusable(root, "cannot be used for temporary files", error);
  }
  return {
    folder,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** What nobody may write to was named by somebody; a disk that is full or broken is the world's. */
function unusable(folder: string, what: string, cause: unknown): unknown {
  if (cause instanceof EngineError) return cause;
  const { code = "", message } = cause as NodeJS.ErrnoException;
  const full = fullDisk(cause, folder);
  if (full !== cause) return full;
  const why = code === "EEXIST" || code === "ENOTDIR" ? "it is, or lies in, what is no folder" : message;
  const exitCode = code === "EIO" || code === "EMFILE" || code === "ENFILE" ? 3 : 2;
  return new EngineError(`${folder} ${what}: ${why}`, exitCode, "--staging <folder>", { cause });
}

/**
 * Ends what killed runs left: a server that runs in their folder, then the folder. Folders of runs that live stay.
 *
 * @returns the folders that were removed
 */
export async function sweepStaging(root: string): Promise<string[]> {
  const removed: string[] = [];
  for (const name of await readdir(root)) {
    const [, pid, started] = pattern.exec(name) ?? [];
    if (pid === undefined || (await startOf(Number(pid))) === started) continue;
    const folder = join(root, name);
    for (const data of serverFolders) await endServer(join(folder, data));
    await rm(folder, { recursive: true, force: true });
    removed.push(folder);
  }
  return removed;
}

/** Refuses a folder with less free space than is needed. */
export async function requireSpace(folder: string, needed: number): Promise<void> {
  if (needed <= 0) return;
  const free = await freeIn(folder);
  if (free < needed)
    throw new EngineError(
      `${folder} has ${mebibytes(free)} free; ${mebibytes(needed)} are needed`,
      3,
      "free some space, or name another folder",
    );
}

/** Bytes that are free where a folder lies. */
export async function freeIn(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

const mebibytes = (bytes: number) => `${Math.floor(bytes / (1 << 20))} MiB`;

/** A server of a killed run: asked by its own pid file, and only when its process runs in that very folder. */
async function endServer(data: string): Promise<void> {
  const pid = Number((await readFile(join(data, "postmaster.pid"), "utf8").catch(() => "")).split("\n")[0]);
  if (!Number.isInteger(pid) || pid <= 1) return;
  const commandLine = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  if (!commandLine.split("\0").includes(data)) return;
  process.kill(pid, "SIGQUIT");
  for (let waited = 0; waited < 5_000 && (await startOf(pid)) !== ""; waited += 50)
    await new Promise((resolve) => setTimeout(resolve, 50));
}

/** When a process started, in the kernel's ticks since boot; empty when it does not run. */
async function startOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // The program's name is in parentheses and may hold anything; a process that only waits to be reaped is gone.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" ? "" : (fields[19] ?? "");
}
