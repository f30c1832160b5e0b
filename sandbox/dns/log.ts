import { createWriteStream } from "node:fs";

/** Bytes that may wait for the disk; entries beyond are dropped and counted. */
const MOST_WAITING = 4 * 1024 * 1024;

/** Writes one entry; `time` (ISO 8601) and `event` come first in its line. */
export type Log = (event: string, details: Readonly<Record<string, unknown>>) => void;

/**
 * Appends JSON lines to a file.
 *
 * A disk that is slow or full never stops the server: what can't be written is dropped, and how many entries
 * were lost stands in the next one that can (`dropped`).
 */
export function openLog(path: string): Log {
  const stream = createWriteStream(path, { flags: "a", mode: 0o600 });
  let dropped = 0;
  let failure: string | undefined;
  stream.on("error", (error) => {
    if (!failure) process.stderr.write(`route53: log ${path}: ${error.message}; going on without it\n`);
    failure = error.message;
  });
  return (event, details) => {
    if (failure !== undefined || stream.writableLength > MOST_WAITING) {
      dropped += 1;
      return;
    }
    const entry = { time: new Date().toISOString(), event, ...details, ...(dropped > 0 && { dropped }) };
    dropped = 0;
    stream.write(`${JSON.stringify(entry)}\n`);
  };
}
