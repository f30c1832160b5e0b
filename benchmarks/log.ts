import { createWriteStream } from "node:fs";

/** Lines for the terminal and, where one is named, for a file that can be committed. */
export function record(path: string | undefined) {
  const file = path === undefined ? undefined : createWriteStream(path);
  return {
    say(line: string) {
      process.stdout.write(`${line}\n`);
      file?.write(`${line}\n`);
    },
    end() {
      file?.end();
    },
  };
}
