import { execa } from "execa";

import { WorldError } from "../errors.js";

/** Runs a program of the machine to its end and returns what it printed; never a shell. */
export async function run(
  argv: readonly [string, ...string[]],
  options: { readonly input?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<string> {
  const [file, ...args] = argv;
  const done = await execa(file, args, {
    ...(options.input === undefined ? { stdin: "ignore" } : { input: options.input }),
    ...(options.env ? { env: options.env } : {}),
    reject: false,
  });
  if (!done.failed) return done.stdout;
  throw new WorldError(
    `${[file, ...args].join(" ")} failed${done.exitCode === undefined ? "" : ` (exit ${done.exitCode})`}: ` +
      (done.stderr.trim() || done.shortMessage),
  );
}
