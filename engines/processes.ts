import { type ChildProcess, spawn } from "node:child_process";
import { basename } from "node:path";
import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";

import { EngineError } from "./errors.js";

/** A program of a chain; its output is the next one's input. */
export interface Step {
  readonly path: string;
  readonly args: readonly string[];
  /** On top of PATH; nothing else of this process' environment is handed on. @default none */
  readonly env?: Readonly<Record<string, string>>;
  /** For people. @default its file's name */
  readonly name?: string;
}

/** How a chain runs. */
export interface ChainOptions {
  /** What the first program reads. @default nothing */
  readonly input?: AsyncIterable<Uint8Array>;
  readonly signal?: AbortSignal | undefined;
  /** The last program may end before it has read all, as one does that only lists. @default false */
  readonly partial?: boolean;
}

interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<string | undefined>;
}

/** What a program may still say when it has to end, in milliseconds. */
const grace = 3_000;

/**
 * Runs programs in a chain, without a shell, and streams what the last one writes.
 *
 * The stream ends well only if every program did: a dump that breaks off never looks complete. Leaving it early, or
 * aborting it, ends all of them.
 *
 * @throws EngineError (3) that names the program that failed, with what it said
 */
export async function* chain(steps: readonly Step[], options: ChainOptions = {}): AsyncGenerator<Buffer> {
  const { input, signal, partial = false } = options;
  signal?.throwIfAborted();
  const running: Running[] = [];
  let inputFailed: unknown;
  const end = () => void stop(running);
  signal?.addEventListener("abort", end, { once: true });
  let complete = false;
  try {
    let before: Readable | undefined;
    for (const step of steps) {
      const started = start(step, before ?? (input ? "pipe" : "ignore"));
      // The next program holds the pipe now; held here too, its writer would never learn that its reader is gone.
      before?.destroy();
      before = started.child.stdout ?? undefined;
      running.push(started);
    }
    const feed = input
      ? fed(input, running[0]?.child.stdin).catch((error) => (inputFailed = error))
      : undefined;
    for await (const chunk of before ?? []) yield chunk as Buffer;
    await feed;
    // What is fed is the cause when it fails; what the programs say of it follows.
    if (inputFailed !== undefined) throw inputFailed;
    const failures = await Promise.all(running.map(({ ended }) => ended));
    signal?.throwIfAborted();
    const relevant = partial ? failures.slice(-1) : failures;
    // The last one that complains knows most: those before it only lose their reader.
    const failure = relevant.findLast((one) => one !== undefined);
    if (failure !== undefined) throw new EngineError(failure, 3);
    complete = true;
  } finally {
    signal?.removeEventListener("abort", end);
    if (!complete) await stop(running);
  }
}

/** Starts a program whose output is files. It is ended when the signal says so. */
export function started(
  step: Step,
  signal: AbortSignal,
): { readonly pid: number; readonly ended: Promise<EngineError | undefined> } {
  const running = start(step, "ignore");
  running.child.stdout?.resume();
  const end = () => void stop([running]);
  if (signal.aborted) end();
  else signal.addEventListener("abort", end, { once: true });
  const ended = running.ended.then((failure) => {
    signal.removeEventListener("abort", end);
    return failure === undefined ? undefined : new EngineError(failure, 3);
  });
  return { pid: running.child.pid ?? 0, ended };
}

/** Runs a chain to its end, and returns what it wrote. */
export async function outputOf(steps: readonly Step[], options: ChainOptions = {}): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of chain(steps, options)) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

function start(
  { path, args, env = {}, name = basename(path) }: Step,
  stdin: Readable | "pipe" | "ignore",
): Running {
  const child = spawn(path, args, {
    stdio: [stdin, "pipe", "pipe"],
    env: { PATH: process.env.PATH ?? "", LC_ALL: "C.UTF-8", ...env },
  });
  let said = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    said = `${said}${chunk.toString("utf8")}`.slice(-4_000);
  });
  const ended = new Promise<string | undefined>((resolve) => {
    child.on("error", (error) => resolve(`${name} cannot be started: ${error.message}`));
    child.on("close", (code, signal) => {
      const words = said.trim();
      resolve(
        code === 0
          ? undefined
          : `${name} failed (${signal ?? `exit code ${code}`})${words ? `: ${words}` : ""}`,
      );
    });
  });
  return { child, ended };
}

async function fed(input: AsyncIterable<Uint8Array>, stdin: Writable | null | undefined): Promise<void> {
  if (!stdin) return;
  try {
    await pipeline(Readable.from(input), stdin);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    // A reader that ended says itself why.
    if (code !== "EPIPE" && code !== "ERR_STREAM_PREMATURE_CLOSE" && code !== "ECONNRESET") throw error;
  }
}

async function stop(running: readonly Running[]): Promise<void> {
  const alive = running.filter(({ child }) => child.exitCode === null && child.signalCode === null);
  for (const { child } of alive) child.kill("SIGTERM");
  const timer = setTimeout(() => {
    for (const { child } of alive) child.kill("SIGKILL");
  }, grace);
  for (const { child } of running) {
    child.stdin?.destroy();
    child.stdout?.destroy();
  }
  await Promise.all(alive.map(({ ended }) => ended));
  clearTimeout(timer);
}
