import type { Command } from "@commander-js/extra-typings";

/** What the process answers with: 0 done, 1 the answer is no, 2 bad input, 3 the world failed. */
export type ExitCode = 0 | 1 | 2 | 3;

/** One command: registered by `commands/index.ts`, its work imported only when it runs. */
export interface CommandModule {
  /** Adds the command to the program; its action resolves to the exit code through `done`. */
  register(program: Command, done: (code: ExitCode) => void): void;
}
