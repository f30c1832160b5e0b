import { randomUUID } from "node:crypto";
import { open, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { z } from "zod";

import { EngineError } from "../../engines/errors.js";
import { foundIn, pathFolders, runnable } from "../../engines/path-programs.js";
import type { RestoreHooks } from "../../engines/postgres-logical/index.js";
import { schemaWords, withoutSecrets } from "../../vault/index.js";

const command = z.array(z.string().regex(/^[^\0]*$/, { error: "expected text without a NUL" })).min(1);

/** A file with the programs that a production restore calls; argument lists, run without a shell. */
const schema = z.strictObject({
  /** Tells people; what to say is its last argument. @default nobody is told */
  notify: command.optional(),
  /** Stops whatever writes, and returns once it is stopped. */
  stopWriters: command,
  startWriters: command,
  /** Asks the application whether it is healthy: 0 when it is. @default not asked */
  validate: command.optional(),
});

/** The programs around a production restore, as their file names them. */
export type HookPrograms = z.infer<typeof schema>;

/**
 * Reads the programs around a production restore; none is run.
 *
 * @throws EngineError (2) when the file is none, or a program cannot be run: writers that were stopped have to start again
 */
export async function hookPrograms(path: string): Promise<HookPrograms> {
  const parsed = schema.safeParse(await content(path));
  if (!parsed.success)
    throw new EngineError(
      `--hooks ${path}: ${schemaWords(parsed.error)}`,
      2,
      'argument lists, such as ["systemctl", "stop", "app"]',
    );
  for (const [step, [program = ""] = []] of Object.entries(parsed.data))
    if (!(await canRun(program)))
      throw new EngineError(
        `--hooks ${path}: ${step}: there is no program "${program}" that can be run`,
        2,
        program.includes("/") ? `chmod +x ${program}, if it is there` : "give its whole path",
      );
  return parsed.data;
}

/** Whether a program is there, by its path or in PATH. */
const canRun = async (program: string): Promise<boolean> =>
  program.includes("/")
    ? runnable(program)
    : program !== "" && (await foundIn(pathFolders(), program)) !== undefined;

/**
 * What a production restore calls.
 *
 * @param safetyBackup captures what is live
 */
export function hooksOf(programs: HookPrograms, safetyBackup: RestoreHooks["safetyBackup"]): RestoreHooks {
  const { notify, stopWriters, startWriters, validate } = programs;
  return {
    notify: async (what) => run(notify, what),
    stopWriters: () => run(stopWriters),
    startWriters: () => run(startWriters),
    safetyBackup,
    validate: () => run(validate),
  };
}

async function content(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    const reason = cause instanceof SyntaxError ? "it is no JSON" : (cause as NodeJS.ErrnoException).code;
    throw new EngineError(`--hooks ${path} cannot be read: ${reason}`, 2, undefined, { cause });
  }
}

/** Longest that a program around a restore may take, in milliseconds. */
const patience = 600_000;

async function run(argv: readonly string[] | undefined, ...more: string[]): Promise<void> {
  const [program, ...args] = argv ?? [];
  if (program === undefined) return;
  // Where there is no room for it nothing is heard: writers have to start all the same.
  await using said = await nowhere().catch(() => undefined);
  const out = said?.stream ?? "ignore";
  const { failed, exitCode, timedOut, code } = await execa(program, [...args, ...more], {
    ...{ reject: false, stdin: "ignore", stdout: out, stderr: out, timeout: patience },
  });
  if (!failed) return;
  const how = timedOut
    ? `did not end within ${patience / 1_000} s`
    : exitCode === undefined
      ? `could not be run${code === undefined ? "" : `: ${code}`}`
      : `ended with ${exitCode}`;
  const last = ((await said?.end()) ?? "").trim().split("\n").slice(-3).join(" | ");
  // What a program of somebody else's says ends up on screens and in logs.
  const words = last === "" ? "" : `: ${withoutSecrets(last, process.env)}`;
  throw new EngineError(`${program} ${how}${words}`, 3);
}

/** What is read of what a program said, in bytes. */
const heard = 16_384;

/**
 * A file without a name, for what a program says. A pipe would be held open by a service that it starts: its end would be
 * waited for, and the service would lose whoever listens.
 */
async function nowhere() {
  const path = join(tmpdir(), `secondsite-${randomUUID()}`);
  const file = await open(path, "wx+", 0o600);
  await rm(path);
  return {
    stream: file.createWriteStream({ autoClose: false }),
    /** The end of what was said. */
    async end(): Promise<string> {
      const { size } = await file.stat();
      const from = Math.max(0, size - heard);
      const { buffer, bytesRead } = await file.read(Buffer.alloc(heard), 0, heard, from);
      return buffer.subarray(0, bytesRead).toString("utf8");
    },
    [Symbol.asyncDispose]: () => file.close(),
  };
}
