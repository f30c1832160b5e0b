import { spawn } from "node:child_process";
import { mkdir, open, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { WorldError } from "../errors.js";
import type { Program } from "../program.js";
import { networkHandle } from "./network.js";
import type { WorldPaths } from "./paths.js";
import { isAlive, type ProcessId, processStat } from "./processes.js";
import { record } from "./record.js";

/** Marks every process of a world in its environment, also those whose record was lost. */
export const worldMark = (name: string): string => `SECONDSITE_WORLD=${name}`;

/** Where and for how long a program is started. */
export interface LaunchOptions {
  readonly paths: WorldPaths;
  /** Name of the world. */
  readonly world: string;
  readonly namespace: string;
  /** Whether it sees the place's own mounts (see mounts.ts) instead of the machine's. @default false */
  readonly mounts?: boolean;
  /** How long it may take to serve, in milliseconds. @default 60000 */
  readonly timeout?: number;
  /** Gives up early. */
  readonly signal?: AbortSignal | undefined;
}

/** Starts a program and resolves once it serves. */
export async function launch(program: Program, options: LaunchOptions): Promise<ProcessId> {
  const id = await start(program, options);
  await serving(program, id, options);
  return id;
}

/**
 * Starts a program in a place, detached: it outlives the process that started it.
 *
 * Its output is appended to its log. It is recorded before and after it is started.
 */
export async function start(program: Program, options: LaunchOptions): Promise<ProcessId> {
  const { paths, namespace } = options;
  options.signal?.throwIfAborted();
  const trace = { namespace, program: program.name };
  await record(paths.record, { kind: "starting", ...trace });
  const logFile = paths.log(namespace, program.name);
  await mkdir(dirname(logFile), { recursive: true });
  const log = await open(logFile, "a");
  try {
    const child = spawn(
      "nsenter",
      [
        `--net=${networkHandle(namespace)}`,
        ...(options.mounts ? [`--mount=${paths.mounts(namespace)}`] : []),
        "--",
        ...program.argv,
      ],
      {
        cwd: "/",
        detached: true,
        stdio: ["ignore", log.fd, log.fd],
        env: {
          PATH: process.env.PATH ?? "/usr/sbin:/usr/bin:/sbin:/bin",
          HOME: "/root",
          ...program.env,
          SECONDSITE_WORLD: options.world,
        },
      },
    );
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", (cause) =>
        reject(new WorldError(`${program.name} in ${namespace} could not be started: ${cause.message}`)),
      );
    });
    child.unref();
    const id = processStat(child.pid ?? 0);
    if (!id) throw await died(program, options);
    const { pid, startTime } = id;
    await record(paths.record, { kind: "process", ...trace, pid, startTime });
    return { pid, startTime };
  } finally {
    await log.close();
  }
}

/** Waits until a started program serves. @throws WorldError with the end of its log when it dies or takes too long. */
export async function serving(program: Program, id: ProcessId, options: LaunchOptions): Promise<void> {
  const { timeout = 60_000, signal } = options;
  const deadline = performance.now() + timeout;
  while (true) {
    signal?.throwIfAborted();
    if (!isAlive(id)) throw await died(program, options);
    if (!program.ready || (await program.ready())) return;
    if (performance.now() > deadline) {
      throw new WorldError(
        `${program.name} in ${options.namespace} did not serve within ${timeout / 1000} s; its log ends:\n` +
          (await logEnd(program, options)),
      );
    }
    await sleep(50);
  }
}

async function died(program: Program, options: LaunchOptions): Promise<WorldError> {
  return new WorldError(
    `${program.name} in ${options.namespace} ended at its start; its log ends:\n${await logEnd(program, options)}`,
    `read ${options.paths.log(options.namespace, program.name)}`,
  );
}

async function logEnd(program: Program, { paths, namespace }: LaunchOptions): Promise<string> {
  const text = await readFile(paths.log(namespace, program.name), "utf8");
  return text.trimEnd().split("\n").slice(-8).join("\n");
}
