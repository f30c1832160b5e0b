import { fileURLToPath } from "node:url";

const starter = fileURLToPath(new URL("./start.mjs", import.meta.url));

/**
 * Command line that runs a program of the sandbox's own in a process of its own, from the bundle of its sources.
 *
 * @param main its main.ts
 */
export const ownProgram = (main: URL, ...args: string[]): [string, ...string[]] => [
  process.execPath,
  starter,
  fileURLToPath(main),
  ...args,
];
