import { readFile } from "node:fs/promises";
import { execa } from "execa";
import { z } from "zod";

import { EngineError } from "../../engines/errors.js";
import type { RestoreHooks } from "../../engines/postgres-logical/index.js";
import { schemaWords, withoutSecrets } from "../../vault/index.js";

const command = z.array(z.string()).min(1);

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
 * @throws EngineError (2) when the file is none
 */
export async function hookPrograms(path: string): Promise<HookPrograms> {
  const parsed = schema.safeParse(await content(path));
  if (parsed.success) return parsed.data;
  throw new EngineError(
    `--hooks ${path}: ${schemaWords(parsed.error)}`,
    2,
    'argument lists, such as ["systemctl", "stop", "app"]',
  );
}

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
  const { failed, exitCode, timedOut, code, all } = await execa(program, [...args, ...more], {
    ...{ reject: false, all: true, stdin: "ignore", timeout: patience },
  });
  if (!failed) return;
  const how = timedOut
    ? `did not end within ${patience / 1_000} s`
    : exitCode === undefined
      ? `could not be run${code === undefined ? "" : `: ${code}`}`
      : `ended with ${exitCode}`;
  const last = (all ?? "").trim().split("\n").slice(-3).join(" | ");
  // What a program of somebody else's says ends up on screens and in logs.
  const said = last === "" ? "" : `: ${withoutSecrets(last, process.env)}`;
  throw new EngineError(`${program} ${how}${said}`, 3);
}
